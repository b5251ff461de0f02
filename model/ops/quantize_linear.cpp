// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/convert.h"
#include "model/onnx/data_type.h"
#include "model/ops/factories.h"
#include "model/ops/quantization.h"

namespace paretune::model {
namespace {

bool is_integer(ElementType type) { return quantized_range(type).highest != 0; }

ElementType output_type(const InferContext& context) {
  const std::int64_t asked = context.node.int_attribute("output_dtype", 0);
  ElementType type = asked != 0 ? element_type_of_onnx(asked) : ElementType::u8;
  if (const auto* zero = optional(context, 2)) {
    if (asked != 0 && type != zero->type) {
      throw InvalidModel(fmt::format("the zero point is {} but output_dtype {}",
                                     to_text(zero->type), to_text(type)));
    }
    type = zero->type;
  }
  if (!is_integer(type) && !is_small_float(type)) {
    throw UnsupportedModel(fmt::format("quantizing to {} is not supported", to_text(type)));
  }
  return type;
}

/// ONNX QuantizeLinear-25 (and 10, 13, 19, 21, 23, 24): saturate(round_even(x / scale) +
/// zero_point), to integers of 16 bits or less or to floats of 8 or 4 bits.
class QuantizeLinear : public Operator {
 public:
  std::string_view op_type() const override { return "QuantizeLinear"; }
  bool takes_halves() const override { return true; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    check_quantization(context);
    const auto& data = required(context, 0);
    if (data.type != ElementType::i32) require_floating(data);
    precision(context.node, required(context, 1).type);
    return {output_of(output_type(context), data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor steps = quotients(node, *inputs[0], *inputs[1]);
    const Tensor* zero = inputs.size() > 2 ? inputs[2] : nullptr;
    if (!is_integer(info.type)) {
      // Zero points of floats are zero; the standard's reference adds that of f4e2m1, which leaves
      // no minus zero.
      if (zero != nullptr && info.type == ElementType::f4e2m1) {
        for (float& value : steps.data<float>()) value += 0.0F;
      }
      const Conversion conversion{node.int_attribute("saturate", 1) != 0, {}};
      return {converted(steps, info.type, conversion)};
    }
    Tensor out(info.type, info.shape);
    const auto map = quantization_map(node, *inputs[0], *inputs[1]);
    const Tensor zeros = zero == nullptr ? Tensor() : converted(*zero, ElementType::f32);
    const auto data = steps.data<float>();
    for (std::size_t i = 0; i < data.size(); ++i) {
      store_quantized(out, i, data[i],
                      zero == nullptr ? 0.0F : zeros.data<float>()[map.scale_of(i)]);
    }
    return {std::move(out)};
  }

 private:
  /// What the division is done in: the scale's type or that of attribute `precision`.
  static ElementType precision(const Node& node, ElementType scale) {
    const std::int64_t asked = node.int_attribute("precision", 0);
    const ElementType type = asked != 0 ? element_type_of_onnx(asked) : scale;
    return is_half(type) ? type : ElementType::f32;
  }

  /// x / scale. A quotient of halves that is first rounded to f32 is rounded to what a direct
  /// division gives, as f32 has more than twice their bits.
  static Tensor quotients(const Node& node, const Tensor& data, const Tensor& scale) {
    const auto map = quantization_map(node, data, scale);
    const ElementType type = precision(node, scale.type());
    const Tensor scales = converted(converted(scale, type), ElementType::f32);
    Tensor result = converted(data, ElementType::f32);
    const auto values = result.data<float>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] /= scales.data<float>()[map.scale_of(i)];
    }
    return converted(converted(result, type), ElementType::f32);
  }
};

}  // namespace

std::unique_ptr<Operator> make_quantize_linear() { return std::make_unique<QuantizeLinear>(); }

}  // namespace paretune::model
