// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// ONNX BatchNormalization-15 (and 7 to 14), inference: (x - mean) / sqrt(var + epsilon) * scale +
/// B per channel.
class BatchNormalization : public Operator {
 public:
  std::string_view op_type() const override { return "BatchNormalization"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const Node& node = context.node;
    if (node.int_attribute("training_mode", 0) != 0 || node.outputs.size() > 1 ||
        node.int_attribute("spatial", 1) != 1) {
      throw UnsupportedModel("only inference is supported; export the model in evaluation mode");
    }
    const auto& data = required(context, 0);
    require_floating(data);
    if (data.shape.size() < 2) {
      throw InvalidModel(fmt::format("shape {} has no channels", to_text(data.shape)));
    }
    for (std::size_t i = 1; i < 5; ++i) {
      require_same_type(data, required(context, i));
      require_rank(required(context, i), 1);
      require_dim(required(context, i), 0, data.shape[1], "one per channel");
    }
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor out = *inputs[0];
    const double epsilon = node.float_attribute("epsilon", 1e-5F);
    for_floating(out.type(), [&]<typename T>() {
      const auto channels = static_cast<std::size_t>(out.dim(1));
      const auto size = static_cast<std::size_t>(product(out.shape(), 2, out.rank()));
      const auto values = out.data<T>();
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t c = i / size % channels;
        const auto parameter = [&](std::size_t input) -> double {
          return inputs[input]->template data<T>()[c];
        };
        const double deviation = std::sqrt(parameter(4) + epsilon);
        values[i] =
            static_cast<T>((values[i] - parameter(3)) / deviation * parameter(1) + parameter(2));
      }
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_batch_normalization() {
  return std::make_unique<BatchNormalization>();
}

}  // namespace paretune::model
