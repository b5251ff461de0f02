// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/inference.h"
#include "model/passes/edit.h"
#include "model/passes/passes.h"
#include "model/uses.h"

namespace paretune::model {

std::size_t fold_shapes(Graph& graph) {
  check_supported(graph);
  Inference inference(graph);
  const Uses uses(graph);
  std::vector<bool> gone(graph.nodes.size(), false);
  std::map<std::string, Tensor> folded;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    inference.run(node);
    gone[i] = std::ranges::all_of(node.outputs, [&](const std::string& output) {
      return output.empty() || (inference.known(output) != nullptr && !uses.is_output(output));
    });
    for (std::size_t k = 0; gone[i] && k < node.outputs.size(); ++k) {
      if (!node.outputs[k].empty()) folded[node.outputs[k]] = *inference.known(node.outputs[k]);
    }
  }
  graph.initializers.merge(folded);
  return erase_nodes(graph, gone);
}

}  // namespace paretune::model
