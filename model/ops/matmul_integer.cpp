// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/convert.h"
#include "model/ops/factories.h"
#include "model/ops/matrix_product.h"
#include "model/ops/quantization.h"

namespace paretune::model {
namespace {

void require_byte(const ValueInfo& value) {
  if (value.type != ElementType::i8 && value.type != ElementType::u8) {
    throw UnsupportedModel(
        fmt::format("matrices of {} are not supported; use i8 or u8", to_text(value.type)));
  }
}

/// Sums of products of centered matrices in row-major order; a vector of zero points has one per
/// row of a, one per column of b.
Tensor multiply_integers(const Tensor& a, const Tensor* a_zero, const Tensor& b,
                         const Tensor* b_zero) {
  const auto operands = matrix_operands(a.shape(), b.shape());
  const Tensor left = centered(a, a_zero, 1), right = centered(b, b_zero, 0);
  Tensor out(ElementType::i32, operands.out);
  const auto result = out.data<std::int32_t>();
  multiply_batches<std::uint32_t>(
      operands, left.data<std::int32_t>().data(), right.data<std::int32_t>().data(),
      [&](std::size_t at, std::uint32_t sum) { result[at] = static_cast<std::int32_t>(sum); });
  return out;
}

/// ONNX MatMulInteger-10: (A - a_zero_point) (B - b_zero_point) in i32.
class MatMulInteger : public Operator {
 public:
  std::string_view op_type() const override { return "MatMulInteger"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& a = required(context, 0);
    const auto& b = required(context, 1);
    require_byte(a);
    require_byte(b);
    if (const auto* zero = optional(context, 2)) require_same_type(a, *zero);
    if (const auto* zero = optional(context, 3)) require_same_type(b, *zero);
    return {output_of(ElementType::i32, matrix_operands(a.shape, b.shape).out)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    return {multiply_integers(*inputs[0], inputs.size() > 2 ? inputs[2] : nullptr, *inputs[1],
                              inputs.size() > 3 ? inputs[3] : nullptr)};
  }
};

/// ONNX QLinearMatMul-21 (and 10) of 8-bit integers: inputs a, b and y each with scale and zero
/// point, which are scalars, vectors over rows of a and columns of b, or broadcast.
class QLinearMatMul : public Operator {
 public:
  std::string_view op_type() const override { return "QLinearMatMul"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    for (const std::size_t i : {0U, 2U, 3U, 5U, 7U}) require_byte(required(context, i));
    for (const std::size_t i : {1U, 4U, 6U}) require_floating(required(context, i));
    const auto& a = required(context, 0);
    const auto& b = required(context, 3);
    require_same_type(a, required(context, 2));
    require_same_type(b, required(context, 5));
    return {output_of(required(context, 7).type, matrix_operands(a.shape, b.shape).out)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const Tensor sums = multiply_integers(*inputs[0], inputs[2], *inputs[3], inputs[5]);
    const auto a_scale = spread(*inputs[1], 1, info.shape);
    const auto b_scale = spread(*inputs[4], 0, info.shape);
    const auto y_scale = spread(*inputs[6], 1, info.shape);
    const auto zero = spread(*inputs[7], 1, info.shape);
    Tensor out(info.type, info.shape);
    for (std::size_t i = 0; i < out.count(); ++i) {
      const float scale = a_scale[i] * b_scale[i] / y_scale[i];
      store_quantized(out, i, static_cast<double>(sums.data<std::int32_t>()[i]) * scale, zero[i]);
    }
    return {std::move(out)};
  }

 private:
  /// The value for each element of the output.
  static std::vector<float> spread(const Tensor& tensor, std::size_t behind, const Shape& shape) {
    Tensor values = with_dimensions_behind(converted(tensor, ElementType::f32), behind);
    if (values.count() == 1) values = values.reshaped({});
    if (broadcast(values.shape(), shape) != shape) {
      throw InvalidModel(fmt::format("a scale or zero point {} does not fit the output {}",
                                     to_text(tensor.shape()), to_text(shape)));
    }
    std::vector<float> result;
    for (const std::size_t at : broadcast_offsets(values.shape(), shape)) {
      result.push_back(values.data<float>()[at]);
    }
    return result;
  }
};

}  // namespace

std::unique_ptr<Operator> make_matmul_integer() { return std::make_unique<MatMulInteger>(); }
std::unique_ptr<Operator> make_qlinear_matmul() { return std::make_unique<QLinearMatMul>(); }

}  // namespace paretune::model
