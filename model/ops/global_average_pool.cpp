// SPDX-License-Identifier: Apache-2.0
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// ONNX GlobalAveragePool-1: the mean over all spatial dimensions.
class GlobalAveragePool : public Operator {
 public:
  std::string_view op_type() const override { return "GlobalAveragePool"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    if (data.shape.size() < 3) {
      throw InvalidModel(fmt::format("shape {} has no spatial dimension", to_text(data.shape)));
    }
    Shape shape(data.shape.size(), 1);
    shape[0] = data.shape[0];
    shape[1] = data.shape[1];
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    for_floating(info.type, [&]<typename T>() {
      const auto in = inputs[0]->data<T>();
      const std::size_t size = out.count() == 0 ? 0 : in.size() / out.count();
      for (std::size_t i = 0; i < out.count(); ++i) {
        double sum = 0;
        for (const T value : in.subspan(i * size, size)) sum += value;
        out.data<T>()[i] = static_cast<T>(sum / static_cast<double>(size));
      }
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_global_average_pool() {
  return std::make_unique<GlobalAveragePool>();
}

}  // namespace paretune::model
