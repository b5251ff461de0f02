// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <optional>
#include <set>

#include "model/captures.h"
#include "model/errors.h"
#include "model/passes/edit.h"
#include "model/passes/passes.h"

namespace paretune::model {
namespace {

bool is_if(const Node& node) { return node.op_type == "If" && node.domain.empty(); }

/// The condition of an If when it is known.
std::optional<bool> condition_of(const Graph& graph, const Node& node) {
  const Tensor* condition = find_initializer(graph, node.input(0));
  if (condition == nullptr || condition->type() != ElementType::boolean ||
      condition->count() != 1) {
    return std::nullopt;
  }
  return condition->data<bool>()[0];
}

std::set<std::string> names_of(const Graph& graph) {
  std::set<std::string> names;
  for (const auto& input : graph.inputs) names.insert(input.name);
  for (const auto& [name, tensor] : graph.initializers) names.insert(name);
  for (const auto& node : graph.nodes) names.insert(node.outputs.begin(), node.outputs.end());
  return names;
}

/// Adds the branch's nodes, its results under the names of the If's outputs.
void append_branch(Graph& graph, const Node& node, bool condition, std::set<std::string>& taken,
                   std::vector<Node>& nodes) {
  const Graph& branch = node.graph_attribute(condition ? "then_branch" : "else_branch");
  if (branch.outputs.size() < node.outputs.size()) {
    throw InvalidModel("a branch of node '" + node.name +
                       "' (If) has fewer outputs than the node; export the model again");
  }
  Graph inlined = renamed(branch, captures_of(node), taken);
  for (auto& [name, tensor] : inlined.initializers) {
    graph.initializers.emplace(name, std::move(tensor));
  }
  std::move(inlined.nodes.begin(), inlined.nodes.end(), std::back_inserter(nodes));
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i].empty()) continue;
    nodes.push_back({node.name, "Identity", "", {inlined.outputs[i].name}, {node.outputs[i]}, {}});
  }
}

}  // namespace

std::size_t inline_if(Graph& graph) {
  std::size_t count = 0;
  for (const auto& node : graph.nodes) {
    count += is_if(node) && condition_of(graph, node) ? 1 : 0;
  }
  if (count == 0) return 0;
  std::set<std::string> taken = names_of(graph);
  std::vector<Node> nodes;
  for (auto& node : graph.nodes) {
    const auto condition = is_if(node) ? condition_of(graph, node) : std::nullopt;
    if (condition) {
      append_branch(graph, node, *condition, taken, nodes);
    } else {
      nodes.push_back(std::move(node));
    }
  }
  graph.nodes = std::move(nodes);
  return count;
}

}  // namespace paretune::model
