// SPDX-License-Identifier: Apache-2.0
#include "model/convert.h"
#include "model/ops/factories.h"
#include "model/ops/matrix_product.h"

namespace paretune::model {
namespace {

/// The matrix row-major and transposed when asked.
template <typename T>
std::vector<T> copied(const Tensor& matrix, bool transpose) {
  const auto data = matrix.data<T>();
  if (!transpose) return {data.begin(), data.end()};
  const auto rows = static_cast<std::size_t>(matrix.dim(0)),
             columns = static_cast<std::size_t>(matrix.dim(1));
  std::vector<T> result(data.size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) result[j * rows + i] = data[i * columns + j];
  }
  return result;
}

/// ONNX Gemm-13 (and 7 to 11): alpha * A' * B' + beta * C, C broadcasting to [m,n]. Integers wrap
/// unless alpha or beta are factors, then they are scaled in double and saturate.
class Gemm : public Operator {
 public:
  std::string_view op_type() const override { return "Gemm"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& a = required(context, 0);
    const auto& b = required(context, 1);
    require_arithmetic(a);
    require_same_type(a, b);
    require_rank(a, 2);
    require_rank(b, 2);
    const bool trans_a = context.node.int_attribute("transA", 0) != 0;
    const bool trans_b = context.node.int_attribute("transB", 0) != 0;
    require_dim(b, trans_b ? 1 : 0, a.shape[trans_a ? 0 : 1], "the inner dimension");
    const Shape shape = {a.shape[trans_a ? 1 : 0], b.shape[trans_b ? 0 : 1]};
    if (const auto* c = optional(context, 2)) {
      require_same_type(a, *c);
      if (broadcast(c->shape, shape).size() != 2 ||
          (shape[0] >= 0 && shape[1] >= 0 && broadcast(c->shape, shape) != shape)) {
        throw InvalidModel(fmt::format("C of shape {} does not broadcast to {}", to_text(c->shape),
                                       to_text(shape)));
      }
    }
    return {output_of(a.type, shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const bool scaled =
        node.float_attribute("alpha", 1) != 1 || node.float_attribute("beta", 1) != 1;
    const bool floating = info.type == ElementType::f32 || info.type == ElementType::f64;
    if (scaled && !floating) return {scaled_integers(node, inputs, info)};
    Tensor out(info.type, info.shape);
    for_arithmetic(info.type, [&]<typename T>() { run<T>(node, inputs, out); });
    return {std::move(out)};
  }

 private:
  static Tensor scaled_integers(const Node& node, std::span<const Tensor* const> inputs,
                                const ValueInfo& info) {
    std::vector<Tensor> wide;
    for (const Tensor* input : inputs) {
      wide.push_back(input == nullptr ? Tensor() : converted(*input, ElementType::f64));
    }
    std::vector<const Tensor*> operands;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      operands.push_back(inputs[i] == nullptr ? nullptr : &wide[i]);
    }
    Tensor out(ElementType::f64, info.shape);
    run<double>(node, operands, out);
    return converted(out, info.type);
  }

  template <typename T>
  static void run(const Node& node, std::span<const Tensor* const> inputs, Tensor& out) {
    const bool trans_a = node.int_attribute("transA", 0) != 0;
    using Sum = SumOf<T>;
    // Of integers they are 1.
    const auto alpha = static_cast<Sum>(node.float_attribute("alpha", 1)),
               beta = static_cast<Sum>(node.float_attribute("beta", 1));
    const auto m = static_cast<std::size_t>(out.dim(0)), n = static_cast<std::size_t>(out.dim(1));
    const auto inner = static_cast<std::size_t>(inputs[0]->dim(trans_a ? 0 : 1));
    const auto a = copied<T>(*inputs[0], trans_a);
    const auto b = copied<T>(*inputs[1], node.int_attribute("transB", 0) != 0);
    const Tensor* c = inputs.size() > 2 ? inputs[2] : nullptr;
    std::vector<std::size_t> at_c;
    if (c != nullptr) at_c = broadcast_offsets(c->shape(), out.shape());
    T* result = out.data<T>().data();
    multiply_matrices<Sum>(
        a.data(), b.data(), m, inner, n, [&](std::size_t i, std::span<const Sum> sums) {
          for (std::size_t j = 0; j < n; ++j) {
            const T bias = c == nullptr ? T(0) : c->data<T>()[at_c[i * n + j]];
            *result++ = static_cast<T>(alpha * sums[j] + beta * static_cast<Sum>(bias));
          }
        });
  }
};

}  // namespace

std::unique_ptr<Operator> make_gemm() { return std::make_unique<Gemm>(); }

}  // namespace paretune::model
