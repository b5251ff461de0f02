// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/convert.h"
#include "model/onnx/data_type.h"
#include "model/ops/factories.h"
#include "model/ops/quantization.h"

namespace paretune::model {
namespace {

/// ONNX DequantizeLinear-25 (and 10, 13, 19, 21, 23, 24): (x - zero_point) * scale, from integers
/// of 32 or at most 16 bits or from floats of 8 or 4 bits.
class DequantizeLinear : public Operator {
 public:
  std::string_view op_type() const override { return "DequantizeLinear"; }
  bool takes_halves() const override { return true; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    check_quantization(context);
    const auto& data = required(context, 0);
    const bool integer = data.type == ElementType::i32 || quantized_range(data.type).highest != 0;
    if (!integer && !is_small_float(data.type)) {
      throw UnsupportedModel(
          fmt::format("dequantizing from {} is not supported", to_text(data.type)));
    }
    if (const auto* zero = optional(context, 2)) require_same_type(data, *zero);
    ValueInfo out = output_of(required(context, 1).type, data.shape);
    if (const std::int64_t asked = context.node.int_attribute("output_dtype", 0); asked != 0) {
      out.type = element_type_of_onnx(asked);
    }
    if (out.type == ElementType::f8e8m0) out.type = ElementType::f32;
    require_floating(out);
    return {std::move(out)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const auto map = quantization_map(node, *inputs[0], *inputs[1]);
    // Differences of 32-bit integers are exact in double.
    const Tensor data = converted(*inputs[0], ElementType::f64);
    const Tensor scale = converted(*inputs[1], ElementType::f32);
    const Tensor* zero = inputs.size() > 2 ? inputs[2] : nullptr;
    const Tensor zeros = zero == nullptr ? Tensor() : converted(*zero, ElementType::f64);
    Tensor out(ElementType::f32, info.shape);
    for (std::size_t i = 0; i < out.count(); ++i) {
      const std::size_t at = map.scale_of(i);
      const double point = zero == nullptr ? 0.0 : zeros.data<double>()[at];
      const auto steps = static_cast<float>(data.data<double>()[i] - point);
      out.data<float>()[i] = steps * scale.data<float>()[at];
    }
    return {converted(out, info.type)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_dequantize_linear() { return std::make_unique<DequantizeLinear>(); }

}  // namespace paretune::model
