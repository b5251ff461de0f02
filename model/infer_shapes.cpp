// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/errors.h"
#include "model/graph.h"
#include "model/ops/operator.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

void count_unsupported(const Graph& graph, std::map<std::string, int>& counts) {
  for (const auto& node : graph.nodes) {
    if (find_operator(node.op_type, node.domain) == nullptr) {
      ++counts[node.domain.empty() ? node.op_type : node.domain + "." + node.op_type];
    }
    for (const auto& [name, value] : node.attributes) {
      const auto* branch = std::get_if<std::shared_ptr<const Graph>>(&value);
      if (branch != nullptr) count_unsupported(**branch, counts);
    }
  }
}

void check_supported(const Graph& graph) {
  std::map<std::string, int> counts;
  count_unsupported(graph, counts);
  if (counts.empty()) return;
  std::vector<std::string> names;
  names.reserve(counts.size());
  for (const auto& [name, count] : counts) names.push_back(fmt::format("{} ({})", name, count));
  throw UnsupportedModel(
      fmt::format("model '{}' uses operators Paretune does not support: {}; "
                  "export it without them or add them to model/ops",
                  graph.name, fmt::join(names, ", ")));
}

/// What is known before any node ran: inputs, initializers and the results of Constant nodes.
class Inference {
 public:
  explicit Inference(Graph& graph) : graph_(graph) {
    graph_.values.clear();
    for (const auto& input : graph_.inputs) graph_.values[input.name] = input;
    for (const auto& [name, tensor] : graph_.initializers) {
      graph_.values[name] = {name, tensor.type(), tensor.shape(), {}};
      constants_[name] = &tensor;
    }
  }

  void run(const Node& node) {
    const Operator& op = *find_operator(node.op_type, node.domain);
    InferContext context{node, graph_.opset, {}, {}};
    for (const auto& input : node.inputs) {
      const auto value = graph_.values.find(input);
      context.inputs.push_back(value == graph_.values.end() ? nullptr : &value->second);
      const auto constant = constants_.find(input);
      context.constants.push_back(constant == constants_.end() ? nullptr : constant->second);
    }
    auto infos = op.infer(context);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      if (i >= infos.size()) {
        throw UnsupportedModel(fmt::format("output {} of this operator is not supported", i));
      }
      infos[i].name = node.outputs[i];
      graph_.values[node.outputs[i]] = infos[i];
    }
    if (node.op_type == "Constant") {
      computed_[node.outputs.at(0)] = op.evaluate(node, graph_.opset, {}).at(0);
      constants_[node.outputs[0]] = &computed_[node.outputs[0]];
    }
  }

 private:
  Graph& graph_;
  std::map<std::string, const Tensor*> constants_;
  std::map<std::string, Tensor> computed_;
};

/// Outputs declare what the rules found; a declared size stays where the rules leave it free.
void refine_outputs(Graph& graph) {
  for (auto& output : graph.outputs) {
    auto& value = graph.values.at(output.name);
    const bool same_rank = output.shape.size() == value.shape.size();
    for (std::size_t i = 0; same_rank && i < value.shape.size(); ++i) {
      if (value.shape[i] < 0) value.shape[i] = output.shape[i];
    }
    std::vector<std::string> names = output.dim_names;
    names.resize(same_rank ? names.size() : 0);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (value.shape[i] >= 0) names[i].clear();
    }
    output.type = value.type;
    output.shape = value.shape;
    output.dim_names = std::move(names);
  }
}

}  // namespace

void infer_shapes(Graph& graph) {
  check_supported(graph);
  Inference inference(graph);
  for (const auto& node : graph.nodes) {
    naming(node, [&] { inference.run(node); });
  }
  refine_outputs(graph);
}

}  // namespace paretune::model
