// SPDX-License-Identifier: Apache-2.0
#include "model/ops/convolution.h"
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// ONNX Conv-22 (and 1, 11): cross-correlation, grouped and dilated, over one to three spatial
/// dimensions.
class Conv : public Operator {
 public:
  std::string_view op_type() const override { return "Conv"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& weight = required(context, 1);
    require_floating(data);
    require_same_type(data, weight);
    const Convolution convolution = convolution_of(context.node, data, weight);
    if (const auto* bias = optional(context, 2)) {
      require_same_type(data, *bias);
      require_rank(*bias, 1);
      require_dim(*bias, 0, convolution.outputs, "one bias per output channel");
    }
    return {output_of(data.type, convolution.output())};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const Tensor& data = *inputs[0];
    const Tensor& weight = *inputs[1];
    const Tensor* bias = inputs.size() > 2 ? inputs[2] : nullptr;
    const Convolution convolution = convolution_of(node, {"", data.type(), data.shape(), {}},
                                                   {"", weight.type(), weight.shape(), {}});
    for_floating(info.type, [&]<typename T>() {
      T* result = out.data<T>().data();
      convolve<double>(
          convolution, data.data<T>().data(), weight.data<T>().data(),
          [&](std::int64_t k) {
            return bias == nullptr ? T(0) : bias->data<T>()[static_cast<std::size_t>(k)];
          },
          [&](std::int64_t, std::span<const double> sums) {
            for (const double sum : sums) *result++ = static_cast<T>(sum);
          });
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_conv() { return std::make_unique<Conv>(); }

}  // namespace paretune::model
