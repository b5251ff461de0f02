// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_training_input = 12;
constexpr std::int64_t first_opset_with_bool_mask = 10;

/// ONNX Dropout-13 (and 7 to 12), inference: the data itself and a mask that keeps everything.
class Dropout : public Operator {
 public:
  std::string_view op_type() const override { return "Dropout"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    if (context.opset >= first_opset_with_training_input && optional(context, 2) != nullptr) {
      const Tensor* training = constant(context, 2);
      if (training == nullptr || training->type() != ElementType::boolean ||
          training->count() != 1 || training->data<bool>()[0]) {
        throw UnsupportedModel("only inference is supported; export the model in evaluation mode");
      }
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
    return {*inputs[0], std::move(mask)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_dropout() { return std::make_unique<Dropout>(); }

}  // namespace paretune::model
