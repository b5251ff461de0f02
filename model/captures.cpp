// SPDX-License-Identifier: Apache-2.0
#include "model/captures.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace paretune::model {
namespace {

/// Gives each name its replacement; "" stays.
class Renaming {
 public:
  explicit Renaming(std::set<std::string>& taken) : taken_(taken) {}

  void set(const std::string& from, const std::string& to) { names_[from] = to; }

  void add(const std::string& name) {
    if (name.empty()) return;
    std::string fresh = name;
    for (int number = 2; !taken_.insert(fresh).second; ++number) {
      fresh = name + "_" + std::to_string(number);
    }
    names_[name] = fresh;
  }

  std::string of(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? name : found->second;
  }

 private:
  std::set<std::string>& taken_;
  std::map<std::string, std::string> names_;
};

}  // namespace

std::vector<std::string> free_names(const Graph& graph) {
  std::unordered_set<std::string> known = {""};
  for (const auto& input : graph.inputs) known.insert(input.name);
  for (const auto& [name, tensor] : graph.initializers) known.insert(name);
  for (const auto& node : graph.nodes) known.insert(node.outputs.begin(), node.outputs.end());
  std::vector<std::string> names;
  const auto read = [&](const std::string& name) {
    if (known.insert(name).second) names.push_back(name);
  };
  for (const auto& node : graph.nodes) std::ranges::for_each(node.inputs, read);
  for (const auto& output : graph.outputs) read(output.name);
  return names;
}

void adopt_branches(Node& node, std::map<std::string, Graph> branches) {
  std::vector<std::string> captures;
  for (auto& [name, branch] : branches) {
    for (const auto& capture : free_names(branch)) {
      branch.inputs.push_back({capture, ElementType::f32, {}, {}});
      if (std::ranges::find(captures, capture) == captures.end()) captures.push_back(capture);
    }
    sort_topologically(branch);
  }
  for (auto& [name, branch] : branches) {
    // A branch may have a value of its own under the name of what the other one captures.
    branch.inputs.clear();
    std::set<std::string> taken(captures.begin(), captures.end());
    Graph adopted = renamed(branch, {}, taken);
    for (const auto& capture : captures) {
      adopted.inputs.push_back({capture, ElementType::f32, {}, {}});
    }
    node.attributes[name] = std::make_shared<const Graph>(std::move(adopted));
  }
  node.inputs.insert(node.inputs.end(), captures.begin(), captures.end());
}

Graph renamed(const Graph& branch, const std::vector<std::string>& captures,
              std::set<std::string>& taken) {
  Renaming names(taken);
  for (std::size_t i = 0; i < captures.size() && i < branch.inputs.size(); ++i) {
    taken.insert(captures[i]);
    names.set(branch.inputs[i].name, captures[i]);
  }
  for (const auto& [name, tensor] : branch.initializers) names.add(name);
  for (const auto& node : branch.nodes) {
    for (const auto& output : node.outputs) names.add(output);
  }
  Graph graph = branch;
  graph.values.clear();
  graph.initializers.clear();
  for (const auto& [name, tensor] : branch.initializers) {
    graph.initializers[names.of(name)] = tensor;
  }
  const auto apply = [&](std::string& name) { name = names.of(name); };
  for (auto& input : graph.inputs) apply(input.name);
  for (auto& output : graph.outputs) apply(output.name);
  for (auto& node : graph.nodes) {
    std::ranges::for_each(node.inputs, apply);
    std::ranges::for_each(node.outputs, apply);
  }
  return graph;
}

std::vector<std::string> captures_of(const Node& node) {
  if (node.inputs.empty()) return {};
  return {node.inputs.begin() + 1, node.inputs.end()};
}

}  // namespace paretune::model
