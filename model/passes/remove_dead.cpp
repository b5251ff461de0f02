// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "model/passes/edit.h"
#include "model/passes/passes.h"

namespace paretune::model {
namespace {

bool passes_through(const Graph& graph, const Uses& uses, const Node& node) {
  if (!node.domain.empty() || node.inputs.empty() || node.outputs.empty()) return false;
  if (node.op_type == "Identity") return node.outputs.size() == 1;
  if (node.op_type != "Dropout" || node.outputs.size() > 2) return false;
  const bool mask_unused =
      node.outputs.size() == 1 || node.outputs[1].empty() ||
      (uses.consumers(node.outputs[1]).empty() && !uses.is_output(node.outputs[1]));
  const Tensor* training = find_initializer(graph, node.input(2));
  const bool inference =
      node.input(2).empty() || (training != nullptr && training->type() == ElementType::boolean &&
                                training->count() == 1 && !training->data<bool>()[0]);
  return mask_unused && inference;
}

/// Lets the node's readers read its input instead; false when a graph output stands in the way.
bool bypass(Graph& graph, Uses& uses, std::size_t index) {
  const std::string from = graph.nodes[index].inputs[0];
  const std::string to = graph.nodes[index].outputs[0];
  if (!uses.is_output(to)) {
    uses.replace_reads(graph, to, from);
    return true;
  }
  // The output keeps its name, so the value before takes it over, unless that has a fixed name too.
  const std::ptrdiff_t producer = uses.producer(from);
  if (producer < 0 || uses.is_output(from)) return false;
  const auto before = static_cast<std::size_t>(producer);
  graph.nodes[index] = Node{};
  std::ranges::replace(graph.nodes[before].outputs, from, to);
  uses.replace_reads(graph, from, to);
  uses.set_producer(to, before);
  return true;
}

std::size_t remove_pass_through(Graph& graph) {
  Uses uses(graph);
  std::vector<bool> gone(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    gone[i] = passes_through(graph, uses, graph.nodes[i]) && bypass(graph, uses, i);
  }
  return erase_nodes(graph, gone);
}

/// Nodes are in topological order, so one walk from the back finds everything needed.
std::size_t remove_unread(Graph& graph) {
  std::set<std::string> read;
  for (const auto& output : graph.outputs) read.insert(output.name);
  std::vector<bool> gone(graph.nodes.size(), false);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    gone[i] = std::ranges::none_of(node.outputs,
                                   [&](const std::string& name) { return read.contains(name); });
    if (!gone[i]) read.insert(node.inputs.begin(), node.inputs.end());
  }
  std::erase_if(graph.initializers, [&](const auto& item) { return !read.contains(item.first); });
  return erase_nodes(graph, gone);
}

}  // namespace

std::size_t remove_dead(Graph& graph) {
  const std::size_t bypassed = remove_pass_through(graph);
  return bypassed + remove_unread(graph);
}

}  // namespace paretune::model
