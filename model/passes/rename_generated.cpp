// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "model/passes/edit.h"
#include "model/passes/passes.h"

namespace paretune::model {
namespace {

constexpr std::string_view marker = "_token_";
constexpr std::string_view prefix = "constant/";

/// "x" of "x_token_12", "" for other names.
std::string generated_from(const std::string& name) {
  const std::size_t at = name.rfind(marker);
  if (at == std::string::npos || name.starts_with(prefix)) return "";
  const std::string_view digits = std::string_view(name).substr(at + marker.size());
  const bool number =
      !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  return number ? name.substr(0, at) : "";
}

}  // namespace

std::size_t rename_generated(Graph& graph) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : graph.initializers) {
    const std::string base = generated_from(name);
    if (base.empty()) continue;
    names.insert(name);
    if (graph.initializers.contains(base)) names.insert(base);
  }
  const Uses uses(graph);
  std::size_t renamed = 0;
  for (const std::string& name : names) {
    if (uses.is_output(name)) continue;
    const std::string fresh = unused_name(graph, uses, std::string(prefix) + name);
    auto entry = graph.initializers.extract(name);
    entry.key() = fresh;
    graph.initializers.insert(std::move(entry));
    for (const std::size_t reader : uses.consumers(name)) {
      std::ranges::replace(graph.nodes[reader].inputs, name, fresh);
    }
    graph.values.erase(name);
    ++renamed;
  }
  return renamed;
}

}  // namespace paretune::model
