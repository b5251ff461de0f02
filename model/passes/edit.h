// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "model/graph.h"
#include "model/uses.h"

namespace paretune::model {

/// `wanted`, or `wanted` with a number behind it when the graph has a value of that name already.
inline std::string unused_name(const Graph& graph, const std::string& wanted) {
  const auto taken = [&](const std::string& name) {
    const auto same = [&](const ValueInfo& info) { return info.name == name; };
    return graph.initializers.contains(name) || graph.producer(name) >= 0 ||
           std::ranges::any_of(graph.inputs, same);
  };
  std::string name = wanted;
  for (int number = 2; taken(name); ++number) name = wanted + "_" + std::to_string(number);
  return name;
}

/// Makes every node that reads `from` read `to`.
inline void replace_reads(Graph& graph, const std::string& from, const std::string& to) {
  for (auto& node : graph.nodes) std::ranges::replace(node.inputs, from, to);
}

/// Removes the nodes with gone[index]; returns how many.
inline std::size_t erase_nodes(Graph& graph, const std::vector<bool>& gone) {
  std::vector<Node> kept;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!gone[i]) kept.push_back(std::move(graph.nodes[i]));
  }
  const std::size_t removed = graph.nodes.size() - kept.size();
  graph.nodes = std::move(kept);
  return removed;
}

/// The initializer of that name, nullptr for "" and for values computed at run time.
inline const Tensor* find_initializer(const Graph& graph, const std::string& name) {
  const auto found = graph.initializers.find(name);
  return found == graph.initializers.end() ? nullptr : &found->second;
}

/// `wanted`, or `wanted` with a number behind it when the graph has a value of that name already.
inline std::string unused_name(const Graph& graph, const Uses& uses, const std::string& wanted) {
  std::string name = wanted;
  for (int number = 2; uses.has(name) || graph.initializers.contains(name); ++number) {
    name = wanted + "_" + std::to_string(number);
  }
  return name;
}

/// Stores `tensor` under `name` when only one node reads that, else under a name derived from it;
/// returns the name used.
inline std::string store_constant(Graph& graph, const Uses& uses, const std::string& name,
                                  Tensor tensor) {
  const bool own = uses.consumers(name).size() <= 1 && !uses.is_output(name);
  std::string used = own ? name : unused_name(graph, uses, name + "/folded");
  graph.initializers[used] = std::move(tensor);
  return used;
}

}  // namespace paretune::model
