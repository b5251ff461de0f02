// SPDX-License-Identifier: Apache-2.0
#include "model/uses.h"

#include <algorithm>
#include <utility>

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

void Uses::replace_reads(Graph& graph, const std::string& from, const std::string& to) {
  if (from == to) return;
  const std::vector<std::size_t> readers = std::exchange(uses_[from].consumers, {});
  for (const std::size_t index : readers) std::ranges::replace(graph.nodes[index].inputs, from, to);
  auto& all = uses_[to].consumers;
  const auto before = static_cast<std::ptrdiff_t>(all.size());
  all.insert(all.end(), readers.begin(), readers.end());
  // A chain of replacements mostly adds behind what is there.
  if (before > 0 && !readers.empty() && all[static_cast<std::size_t>(before) - 1] >= readers[0]) {
    std::inplace_merge(all.begin(), all.begin() + before, all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }
}

void Uses::set_producer(const std::string& value, std::size_t index) {
  uses_[value].producer = static_cast<std::ptrdiff_t>(index);
  uses_[value].defined = true;
}

const Uses::Use& Uses::use(const std::string& value) const {
  static const Use unknown;
  const auto found = uses_.find(value);
  return found == uses_.end() ? unknown : found->second;
}

}  // namespace paretune::model
