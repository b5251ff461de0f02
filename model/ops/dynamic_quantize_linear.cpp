// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/ops/factories.h"
#include "model/ops/quantization.h"

namespace paretune::model {
namespace {

/// ONNX DynamicQuantizeLinear-11: quantizes to u8 with the scale and zero point its formulas make
/// of the least and largest element.
class DynamicQuantizeLinear : public Operator {
 public:
  std::string_view op_type() const override { return "DynamicQuantizeLinear"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    if (data.type != ElementType::f32) throw InvalidModel("the data must be f32");
    return {output_of(ElementType::u8, data.shape), output_of(ElementType::f32, {}),
            output_of(ElementType::u8, {})};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto infos = infer_from(*this, node, opset, inputs);
    constexpr float steps = 255;
    const auto data = inputs[0]->data<float>();
    float least = 0, largest = 0;
    for (const float value : data) {
      least = std::min(least, value);
      largest = std::max(largest, value);
    }
    const float scale = (largest == least ? 1.0F : largest - least) / steps;
    const float zero = std::nearbyint(std::clamp(-least / scale, 0.0F, steps));
    Tensor out(infos[0].type, infos[0].shape);
    for (std::size_t i = 0; i < data.size(); ++i) store_quantized(out, i, data[i] / scale, zero);
    return {std::move(out), Tensor::of<float>({}, {scale}),
            Tensor::of<std::uint8_t>({}, {static_cast<std::uint8_t>(zero)})};
  }
};

}  // namespace

std::unique_ptr<Operator> make_dynamic_quantize_linear() {
  return std::make_unique<DynamicQuantizeLinear>();
}

}  // namespace paretune::model
