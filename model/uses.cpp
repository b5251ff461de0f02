// SPDX-License-Identifier: Apache-2.0
#include "model/uses.h"

namespace paretune::model {

Uses::Uses(const Graph& graph) {
  uses_.reserve(graph.nodes.size() + graph.initializers.size() + graph.inputs.size());
  for (const auto& input : graph.inputs) uses_[input.name].defined = true;
  for (const auto& [name, tensor] : graph.initializers) uses_[name].defined = true;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const auto& output : graph.nodes[i].outputs) {
      if (output.empty()) continue;
      uses_[output].producer = static_cast<std::ptrdiff_t>(i);
      uses_[output].defined = true;
    }
    for (const auto& input : graph.nodes[i].inputs) {
      if (input.empty()) continue;
      auto& readers = uses_[input].consumers;
      if (readers.empty() || readers.back() != i) readers.push_back(i);
    }
  }
  for (const auto& output : graph.outputs) uses_[output.name].output = true;
}

const Uses::Use& Uses::use(const std::string& value) const {
  static const Use unknown;
  const auto found = uses_.find(value);
  return found == uses_.end() ? unknown : found->second;
}

}  // namespace paretune::model
