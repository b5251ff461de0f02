// SPDX-License-Identifier: Apache-2.0
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/quantization_axis.h"

namespace paretune::model {
namespace {

/// ONNX DequantizeLinear-13 (and 10, 19 on): (x - zero_point) * scale, per tensor or per axis, from
/// integers of 8, 16 or 32 bits.
class DequantizeLinear : public Operator {
 public:
  std::string_view op_type() const override { return "DequantizeLinear"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    check_quantization(context);
    const auto& data = required(context, 0);
    const std::size_t size = size_of(data.type);
    const bool integer = data.type == ElementType::i32 || size <= 2;
    if (!integer || data.type == ElementType::f16 || data.type == ElementType::bf16 ||
        data.type == ElementType::boolean) {
      throw UnsupportedModel(
          fmt::format("dequantizing from {} is not supported", to_text(data.type)));
    }
    if (const auto* zero = optional(context, 2)) require_same_type(data, *zero);
    return {output_of(ElementType::f32, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const Tensor* zero = inputs.size() > 2 ? inputs[2] : nullptr;
    const auto axis = quantization_axis(node, *inputs[0], *inputs[1]);
    for_arithmetic(inputs[0]->type(), [&]<typename T>() {
      const auto data = inputs[0]->data<T>();
      const auto scale = inputs[1]->data<float>();
      for (std::size_t i = 0; i < data.size(); ++i) {
        const std::size_t at = i / axis.inner % axis.count;
        const auto point =
            zero == nullptr ? std::int64_t{0} : static_cast<std::int64_t>(zero->data<T>()[at]);
        const std::int64_t steps = static_cast<std::int64_t>(data[i]) - point;
        out.data<float>()[i] = static_cast<float>(steps) * scale[at];
      }
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_dequantize_linear() { return std::make_unique<DequantizeLinear>(); }

}  // namespace paretune::model
