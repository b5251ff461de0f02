// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <functional>
#include <queue>
#include <set>
#include <unordered_map>

#include "model/errors.h"
#include "model/graph.h"

namespace paretune::model {
namespace {

constexpr std::size_t outside = static_cast<std::size_t>(-1);
using Producers = std::unordered_map<std::string, std::size_t>;

void add_value(Producers& producers, const std::string& name, std::size_t node) {
  if (!producers.emplace(name, node).second) {
    throw InvalidModel(
        fmt::format("value '{}' is produced twice; every value needs one name of its own, export "
                    "the model again",
                    name));
  }
}

Producers find_producers(const Graph& graph) {
  Producers producers;
  for (const auto& input : graph.inputs) add_value(producers, input.name, outside);
  for (const auto& [name, tensor] : graph.initializers) add_value(producers, name, outside);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const auto& output : graph.nodes[i].outputs) {
      if (!output.empty()) add_value(producers, output, i);
    }
  }
  return producers;
}

void check_outputs(const Graph& graph, const Producers& producers) {
  for (const auto& output : graph.outputs) {
    if (!producers.contains(output.name)) {
      throw InvalidModel(
          fmt::format("graph output '{}' is produced by no node; the file is incomplete, export "
                      "the model again",
                      output.name));
    }
  }
}

/// Distinct nodes each node waits for.
std::vector<std::set<std::size_t>> find_waits(const Graph& graph, const Producers& producers) {
  std::vector<std::set<std::size_t>> waits(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const auto& input : graph.nodes[i].inputs) {
      if (input.empty()) continue;
      const auto found = producers.find(input);
      if (found == producers.end()) {
        throw InvalidModel(fmt::format(
            "node '{}' ({}) reads value '{}', which nothing produces; export the model again",
            graph.nodes[i].name, graph.nodes[i].op_type, input));
      }
      if (found->second != outside) waits[i].insert(found->second);
    }
  }
  return waits;
}

}  // namespace

void sort_topologically(Graph& graph) {
  const Producers producers = find_producers(graph);
  check_outputs(graph, producers);
  const auto waits = find_waits(graph, producers);
  std::vector<std::vector<std::size_t>> followers(graph.nodes.size());
  std::vector<std::size_t> open(graph.nodes.size());
  // The lowest index first keeps the file's own order wherever it is already right.
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < waits.size(); ++i) {
    open[i] = waits[i].size();
    for (const std::size_t before : waits[i]) followers[before].push_back(i);
    if (open[i] == 0) ready.push(i);
  }
  std::vector<Node> sorted;
  sorted.reserve(graph.nodes.size());
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    order.push_back(next);
    for (const std::size_t follower : followers[next]) {
      if (--open[follower] == 0) ready.push(follower);
    }
  }
  if (order.size() != graph.nodes.size()) {
    throw InvalidModel("the nodes of graph '" + graph.name +
                       "' form a cycle; a model must be acyclic, export it again");
  }
  for (const std::size_t index : order) sorted.push_back(std::move(graph.nodes[index]));
  graph.nodes = std::move(sorted);
}

}  // namespace paretune::model
