// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_training_input = 12;
constexpr std::int64_t first_opset_with_bool_mask = 10;

/// Whether input 2 says so; false when omitted.
bool trains(std::int64_t opset, std::span<const Tensor* const> inputs) {
  if (opset < first_opset_with_training_input || inputs.size() < 3 || inputs[2] == nullptr) {
    return false;
  }
  if (inputs[2]->count() != 1) throw InvalidModel("training_mode must be one bool");
  return inputs[2]->data<bool>()[0];
}

/// numpy's RandomState.uniform: 53 bits of two draws, which is what ONNX's own reference drops by.
double uniform(std::mt19937& generator) {
  const auto high = static_cast<double>(generator() >> 5U),
             low = static_cast<double>(generator() >> 6U);
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

/// ONNX Dropout-22 (and 7 to 13). Inference: the data itself and a mask that keeps everything.
/// Training: elements are dropped with probability `ratio`, by attribute 'seed' (0 when absent, so
/// that a run can be repeated), and the rest is divided by 1 - ratio.
class Dropout : public Operator {
 public:
  std::string_view op_type() const override { return "Dropout"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto* training = optional(context, 2);
    if (training != nullptr && training->type != ElementType::boolean) {
      throw InvalidModel("training_mode must be one bool");
    }
    if (context.node.outputs.size() > 1 && context.opset < first_opset_with_bool_mask) {
      throw UnsupportedModel("the mask of operator sets before 10 is not supported");
    }
    return {output_of(data.type, data.shape), output_of(ElementType::boolean, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor mask(ElementType::boolean, inputs[0]->shape());
    std::ranges::fill(mask.data<bool>(), true);
    Tensor out = *inputs[0];
    if (trains(opset, inputs)) drop(node, inputs[1], out, mask);
    return {std::move(out), std::move(mask)};
  }

 private:
  static void drop(const Node& node, const Tensor* given, Tensor& out, Tensor& mask) {
    double ratio = 0.5;
    if (given != nullptr) {
      if (given->count() != 1) throw InvalidModel("ratio must be one number");
      for_floating(given->type(), [&]<typename T>() { ratio = given->data<T>()[0]; });
    }
    if (!(ratio >= 0 && ratio < 1)) {
      throw InvalidModel(fmt::format("ratio is {} but must be at least 0 and below 1", ratio));
    }
    if (ratio == 0) return;
    std::mt19937 generator(static_cast<std::uint32_t>(node.int_attribute("seed", 0)));
    const auto keeps = mask.data<bool>();
    for_floating(out.type(), [&]<typename T>() {
      const auto values = out.data<T>();
      for (std::size_t i = 0; i < values.size(); ++i) {
        keeps[i] = uniform(generator) >= ratio;
        values[i] = keeps[i] ? static_cast<T>(values[i] / (1 - ratio)) : T(0);
      }
    });
  }
};

}  // namespace

std::unique_ptr<Operator> make_dropout() { return std::make_unique<Dropout>(); }

}  // namespace paretune::model
