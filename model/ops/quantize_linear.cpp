// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/onnx/data_type.h"
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/quantization_axis.h"

namespace paretune::model {
namespace {

/// ONNX QuantizeLinear-13 (and 10, 19 on): saturate(round_even(x / scale) + zero_point), per tensor
/// or per axis, to integers of 8 or 16 bits.
class QuantizeLinear : public Operator {
 public:
  std::string_view op_type() const override { return "QuantizeLinear"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    check_quantization(context);
    const auto& data = required(context, 0);
    if (data.type != ElementType::f32) throw UnsupportedModel("only f32 data is supported");
    ElementType type = ElementType::u8;
    if (const std::int64_t asked = context.node.int_attribute("output_dtype", 0); asked != 0) {
      type = element_type_of_onnx(asked);
    }
    if (const auto* zero = optional(context, 2)) type = zero->type;
    if (type != ElementType::u8 && type != ElementType::i8 && type != ElementType::u16 &&
        type != ElementType::i16) {
      throw UnsupportedModel(fmt::format("quantizing to {} is not supported", to_text(type)));
    }
    return {output_of(type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const Tensor* zero = inputs.size() > 2 ? inputs[2] : nullptr;
    const auto axis = quantization_axis(node, *inputs[0], *inputs[1]);
    for_arithmetic(info.type, [&]<typename T>() {
      const auto data = inputs[0]->data<float>();
      const auto scale = inputs[1]->data<float>();
      for (std::size_t i = 0; i < data.size(); ++i) {
        const std::size_t at = i / axis.inner % axis.count;
        const double point = zero == nullptr ? 0.0 : static_cast<double>(zero->data<T>()[at]);
        const double steps = std::nearbyint(data[i] / scale[at]);
        const double value = std::isnan(steps) ? point : steps + point;
        out.data<T>()[i] = static_cast<T>(std::clamp<double>(
            value, std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max()));
      }
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_quantize_linear() { return std::make_unique<QuantizeLinear>(); }

}  // namespace paretune::model
