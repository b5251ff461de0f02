// SPDX-License-Identifier: Apache-2.0
#include "model/ops/evaluate.h"
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// A copy of a branch whose inputs are what the node captures: constants become initializers, the
/// rest gets type and shape.
Graph bound_branch(const InferContext& context, std::string_view attribute) {
  Graph branch = context.node.graph_attribute(attribute);
  branch.opset = context.opset;
  if (branch.inputs.size() + 1 != context.inputs.size()) {
    throw InvalidModel(fmt::format("'{}' takes {} values but {} are captured", attribute,
                                   branch.inputs.size(), context.inputs.size() - 1));
  }
  std::vector<ValueInfo> free;
  for (std::size_t i = 0; i < branch.inputs.size(); ++i) {
    const std::string& name = branch.inputs[i].name;
    if (const Tensor* value = constant(context, i + 1)) {
      branch.initializers[name] = *value;
    } else {
      free.push_back(required(context, i + 1));
      free.back().name = name;
    }
  }
  branch.inputs = std::move(free);
  return branch;
}

std::vector<ValueInfo> results_of(const InferContext& context, std::string_view attribute) {
  Graph branch = bound_branch(context, attribute);
  infer_shapes(branch);
  for (auto& output : branch.outputs) output.dim_names.clear();
  return branch.outputs;
}

/// The condition, nullptr when it is computed at run time.
const bool* condition_of(const InferContext& context) {
  const auto& condition = required(context, 0);
  const std::int64_t count = product(condition.shape, 0, condition.shape.size());
  if (condition.type != ElementType::boolean || (count >= 0 && count != 1)) {
    throw InvalidModel("the condition must be one bool");
  }
  const Tensor* value = constant(context, 0);
  return value == nullptr ? nullptr : value->data<bool>().data();
}

/// What both infos allow; dimensions that differ become free.
ValueInfo merged(ValueInfo a, const ValueInfo& b) {
  if (a.type != b.type) {
    throw InvalidModel(fmt::format("the branches give {} and {} for one output", to_text(a.type),
                                   to_text(b.type)));
  }
  if (a.shape.size() != b.shape.size()) {
    throw UnsupportedModel(
        fmt::format("the branches give shapes {} and {}, so the rank depends on data, which is not "
                    "supported",
                    to_text(a.shape), to_text(b.shape)));
  }
  for (std::size_t i = 0; i < a.shape.size(); ++i) {
    if (a.shape[i] != b.shape[i]) a.shape[i] = -1;
  }
  return a;
}

/// ONNX If-25 (and 1 on): one of two graphs; what they capture follows the condition (Node).
class If : public Mover {
 public:
  std::string_view op_type() const override { return "If"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    if (const bool* condition = condition_of(context)) {
      return results_of(context, *condition ? "then_branch" : "else_branch");
    }
    auto infos = results_of(context, "then_branch");
    const auto others = results_of(context, "else_branch");
    if (infos.size() != others.size()) {
      throw InvalidModel(
          fmt::format("the branches have {} and {} outputs", infos.size(), others.size()));
    }
    for (std::size_t i = 0; i < infos.size(); ++i) infos[i] = merged(infos[i], others[i]);
    return infos;
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const ActualContext context(node, opset, inputs);
    const bool condition = *condition_of(context.get());
    const Graph branch = bound_branch(context.get(), condition ? "then_branch" : "else_branch");
    return model::evaluate(branch, {});
  }
};

}  // namespace

std::unique_ptr<Operator> make_if() { return std::make_unique<If>(); }

}  // namespace paretune::model
