// SPDX-License-Identifier: Apache-2.0
#include "model/convert.h"
#include "model/ops/convolution.h"
#include "model/ops/factories.h"
#include "model/ops/quantization.h"

namespace paretune::model {
namespace {

void require_byte(const ValueInfo& value) {
  if (value.type != ElementType::i8 && value.type != ElementType::u8) {
    throw InvalidModel("data and weights must be i8 or u8");
  }
}

/// Throws InvalidModel unless the value is a scalar or has one element for each output channel.
void require_per_channel(const ValueInfo* value, const Convolution& convolution) {
  if (value == nullptr || product(value->shape, 0, value->shape.size()) == 1) return;
  if (value->shape.size() != 1) throw InvalidModel("a scale or zero point must be one or a vector");
  require_dim(*value, 0, convolution.outputs, "one per output channel");
}

void require_one(const ValueInfo* value) {
  if (value != nullptr && product(value->shape, 0, value->shape.size()) != 1) {
    throw InvalidModel("a scale or zero point of data must be a scalar");
  }
}

/// Sums of products of centered data and weights: store(element, channel, sum).
template <typename Store>
void convolve_integers(const Node& node, const Tensor& data, const Tensor* data_zero,
                       const Tensor& weight, const Tensor* weight_zero, Store&& store) {
  const Convolution convolution = convolution_of(node, {"", data.type(), data.shape(), {}},
                                                 {"", weight.type(), weight.shape(), {}});
  const Tensor x = centered(data, data_zero, 0);
  const Tensor w = centered(weight, weight_zero, weight.rank() - 1);
  std::size_t at = 0;
  convolve<std::int64_t>(
      convolution, x.data<std::int32_t>().data(), w.data<std::int32_t>().data(),
      [](std::int64_t) { return std::int64_t{0}; },
      [&](std::int64_t i, std::span<const std::int64_t> sums) {
        const auto channel = static_cast<std::size_t>(i % convolution.outputs);
        for (const std::int64_t sum : sums) store(at++, channel, sum);
      });
}

/// ONNX ConvInteger-10: Conv of (x - x_zero_point) and (w - w_zero_point), in i32.
class ConvInteger : public Operator {
 public:
  std::string_view op_type() const override { return "ConvInteger"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& weight = required(context, 1);
    require_byte(data);
    require_byte(weight);
    const auto* data_zero = optional(context, 2);
    const auto* weight_zero = optional(context, 3);
    const Convolution convolution = convolution_of(context.node, data, weight);
    require_one(data_zero);
    require_per_channel(weight_zero, convolution);
    return {output_of(ElementType::i32, convolution.output())};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    convolve_integers(node, *inputs[0], inputs.size() > 2 ? inputs[2] : nullptr, *inputs[1],
                      inputs.size() > 3 ? inputs[3] : nullptr,
                      [&](std::size_t at, std::size_t, std::int64_t sum) {
                        out.data<std::int32_t>()[at] = static_cast<std::int32_t>(sum);
                      });
    return {std::move(out)};
  }
};

/// ONNX QLinearConv-10: inputs x, w and y each with scale and zero point, and a bias in i32 whose
/// scale is x_scale * w_scale.
class QLinearConv : public Operator {
 public:
  std::string_view op_type() const override { return "QLinearConv"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    for (std::size_t i = 0; i < 8; ++i) required(context, i);
    const auto& data = required(context, 0);
    const auto& weight = required(context, 3);
    for (const std::size_t i : {0U, 2U, 3U, 5U, 7U}) require_byte(required(context, i));
    for (const std::size_t i : {1U, 4U, 6U}) require_floating(required(context, i));
    const Convolution convolution = convolution_of(context.node, data, weight);
    for (const std::size_t i : {1U, 2U, 6U, 7U}) require_one(optional(context, i));
    for (const std::size_t i : {4U, 5U}) require_per_channel(optional(context, i), convolution);
    if (const auto* bias = optional(context, 8)) {
      if (bias->type != ElementType::i32) throw InvalidModel("the bias must be i32");
      require_rank(*bias, 1);
      require_dim(*bias, 0, convolution.outputs, "one bias per output channel");
    }
    return {output_of(required(context, 7).type, convolution.output())};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const Tensor x_scale = converted(*inputs[1], ElementType::f32);
    const Tensor w_scales = converted(*inputs[4], ElementType::f32);
    const Tensor y_scale = converted(*inputs[6], ElementType::f32);
    const auto zero = static_cast<double>(converted(*inputs[7], ElementType::f32).data<float>()[0]);
    const Tensor* bias = inputs.size() > 8 ? inputs[8] : nullptr;
    convolve_integers(
        node, *inputs[0], inputs[2], *inputs[3], inputs[5],
        [&](std::size_t at, std::size_t channel, std::int64_t sum) {
          const auto w_scale = w_scales.data<float>()[w_scales.count() == 1 ? 0 : channel];
          const float scale = x_scale.data<float>()[0] * w_scale / y_scale.data<float>()[0];
          if (bias != nullptr) sum += bias->data<std::int32_t>()[channel];
          store_quantized(out, at, static_cast<double>(sum) * scale, zero);
        });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_conv_integer() { return std::make_unique<ConvInteger>(); }
std::unique_ptr<Operator> make_qlinear_conv() { return std::make_unique<QLinearConv>(); }

}  // namespace paretune::model
