// SPDX-License-Identifier: Apache-2.0
#include "model/errors.h"
#include "model/ops/operator.h"
#include "model/ops/rules.h"
#include "model/passes/edit.h"
#include "model/passes/passes.h"

namespace paretune::model {
namespace {

/// Quantized and bfloat16 weights stay as they are stored: remove_qdq() reads schemes from them.
bool keeps_stored_form(const Graph& graph, const Node& node) {
  if (node.op_type == "QuantizeLinear" || node.op_type == "DequantizeLinear") return true;
  if (node.op_type != "Cast") return false;
  const Tensor* weight = find_initializer(graph, node.input(0));
  return weight != nullptr && weight->type() == ElementType::bf16;
}

bool foldable(const Graph& graph, const Node& node) {
  if (find_operator(node.op_type, node.domain) == nullptr || keeps_stored_form(graph, node)) {
    return false;
  }
  for (const auto& input : node.inputs) {
    if (!input.empty() && !graph.initializers.contains(input)) return false;
  }
  for (const auto& output : node.outputs) {
    if (graph.is_output(output)) return false;
  }
  return true;
}

bool fold(Graph& graph, const Node& node) {
  std::vector<const Tensor*> inputs;
  for (const auto& input : node.inputs) inputs.push_back(find_initializer(graph, input));
  try {
    naming(node, [&] {
      const Operator* op = find_operator(node.op_type, node.domain);
      auto results = op->evaluate(node, graph.opset, inputs);
      for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        if (!node.outputs[i].empty()) graph.initializers[node.outputs[i]] = results.at(i);
      }
    });
  } catch (const UnsupportedModel&) {
    return false;  // infer_shapes() says so later, in the words of the operator
  }
  return true;
}

}  // namespace

std::size_t fold_constants(Graph& graph) {
  std::vector<bool> gone(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    gone[i] = foldable(graph, graph.nodes[i]) && fold(graph, graph.nodes[i]);
  }
  return erase_nodes(graph, gone);
}

}  // namespace paretune::model
