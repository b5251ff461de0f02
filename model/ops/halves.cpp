// SPDX-License-Identifier: Apache-2.0
#include "model/ops/halves.h"

#include "model/convert.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

class Widening : public Operator {
 public:
  explicit Widening(std::unique_ptr<Operator> inner) : inner_(std::move(inner)) {}

  std::string_view op_type() const override { return inner_->op_type(); }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    return inner_->infer(context);
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    std::vector<const Tensor*> wide(inputs.begin(), inputs.end());
    std::vector<Tensor> values;
    values.reserve(inputs.size());
    for (auto& input : wide) {
      if (input == nullptr || !is_half(input->type())) continue;
      values.push_back(converted(*input, ElementType::f32));
      input = &values.back();
    }
    if (values.empty()) return inner_->evaluate(node, opset, inputs);
    const auto infos = infer_from(*inner_, node, opset, inputs);
    auto results = inner_->evaluate(node, opset, wide);
    for (std::size_t i = 0; i < results.size() && i < infos.size(); ++i) {
      if (is_half(infos[i].type)) results[i] = converted(results[i], infos[i].type);
    }
    return results;
  }

 private:
  std::unique_ptr<Operator> inner_;
};

}  // namespace

std::unique_ptr<Operator> widening_halves(std::unique_ptr<Operator> inner) {
  if (inner->takes_halves()) return inner;
  return std::make_unique<Widening>(std::move(inner));
}

}  // namespace paretune::model
