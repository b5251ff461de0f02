// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/errors.h"
#include "model/inference.h"
#include "model/ops/arity.h"
#include "model/ops/operator.h"
#include "model/ops/rules.h"
#include "model/passes/edit.h"
#include "model/passes/passes.h"

namespace paretune::model {
namespace {

bool foldable(const Graph& graph, const Uses& uses, const Node& node) {
  if (find_operator(node.op_type, node.domain) == nullptr || keeps_stored_form(graph, node)) {
    return false;
  }
  for (const auto& input : node.inputs) {
    if (!input.empty() && !graph.initializers.contains(input)) return false;
  }
  for (const auto& output : node.outputs) {
    if (uses.is_output(output)) return false;
  }
  return true;
}

std::int64_t bytes_of(const Graph& graph) {
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : graph.initializers) {
    bytes += static_cast<std::int64_t>(tensor.bytes().size());
  }
  return bytes;
}

/// Evaluates nodes until what they add to the model exceeds its share of memory.
class Folding {
 public:
  explicit Folding(Graph& graph)
      : graph_(graph), room_(std::max(least_room, most_room - bytes_of(graph))) {}

  bool fold(const Node& node) {
    std::vector<const Tensor*> inputs;
    for (const auto& input : node.inputs) inputs.push_back(find_initializer(graph_, input));
    try {
      bool folded = false;
      naming(node, [&] { folded = evaluate(node, inputs); });
      return folded;
    } catch (const UnsupportedModel&) {
      return false;  // infer_shapes() says so later, in the words of the operator
    }
  }

 private:
  // A few bytes of a hostile file (ConstantOfShape, Expand) may ask for any amount of memory; what
  // is not folded here is computed when the model runs.
  static constexpr std::int64_t most_room = std::int64_t{1} << 29;
  static constexpr std::int64_t least_room = std::int64_t{1} << 24;
  // About a second of the reference for a sum per output over all of the largest input.
  static constexpr double most_work = 1e9;

  bool evaluate(const Node& node, const std::vector<const Tensor*>& inputs) {
    check_arity(node);
    const Operator& op = *find_operator(node.op_type, node.domain);
    std::int64_t added = 0, read = 0, most_read = 0, written = 0;
    for (const auto& info : infer_from(op, node, graph_.opset, inputs)) {
      if (std::ranges::find(info.shape, -1) != info.shape.end()) continue;  // as long as its input
      added += byte_count(info.type, info.shape);
      written += element_count(info.shape);
    }
    for (const Tensor* input : inputs) {
      if (input == nullptr) continue;
      read += static_cast<std::int64_t>(input->bytes().size());
      most_read = std::max(most_read, static_cast<std::int64_t>(input->count()));
    }
    if (added > read && added > room_) return false;
    if (sums(node) && static_cast<double>(written) * static_cast<double>(most_read) > most_work) {
      return false;
    }
    if (added > read) room_ -= added;
    auto results = op.evaluate(node, graph_.opset, inputs);
    if (results.size() < node.outputs.size()) return false;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      graph_.initializers[node.outputs[i]] = std::move(results[i]);
    }
    return true;
  }

  static bool sums(const Node& node) {
    for (const std::string_view part : {"Conv", "Mul", "Gemm", "Einsum", "LSTM", "GRU", "RNN"}) {
      if (node.op_type.find(part) != std::string::npos && node.op_type != "Mul") return true;
    }
    return false;
  }

  Graph& graph_;
  std::int64_t room_;
};

}  // namespace

std::size_t fold_constants(Graph& graph) {
  const Uses uses(graph);
  Folding folding(graph);
  std::vector<bool> gone(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    gone[i] = foldable(graph, uses, graph.nodes[i]) && folding.fold(graph.nodes[i]);
  }
  return erase_nodes(graph, gone);
}

}  // namespace paretune::model
