// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/errors.h"
#include "model/graph.h"
#include "model/inference.h"
#include "model/ops/operator.h"

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

void infer_shapes(Graph& graph) {
  check_supported(graph);
  Inference inference(graph);
  for (const auto& node : graph.nodes) inference.run(node);
  refine_outputs(graph);
}

}  // namespace paretune::model
