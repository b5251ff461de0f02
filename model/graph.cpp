// SPDX-License-Identifier: Apache-2.0
#include "model/graph.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "model/errors.h"

namespace paretune::model {
namespace {

/// The attribute as a T, nullptr when absent.
template <typename T>
const T* attribute_as(const Node& node, std::string_view attribute, std::string_view kind) {
  const auto found = node.attributes.find(std::string(attribute));
  if (found == node.attributes.end()) return nullptr;
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) {
    throw InvalidModel(
        fmt::format("attribute '{}' of node '{}' ({}) must be {}; export the model again",
                    attribute, node.name, node.op_type, kind));
  }
  return value;
}

using Dims = std::map<std::string, std::int64_t>;

/// Names of the free dimensions of those values.
std::set<std::string> free_dimensions(const std::vector<ValueInfo>& values) {
  std::set<std::string> names;
  for (const auto& value : values) {
    for (std::size_t i = 0; i < value.shape.size() && i < value.dim_names.size(); ++i) {
      if (value.shape[i] < 0 && !value.dim_names[i].empty()) names.insert(value.dim_names[i]);
    }
  }
  return names;
}

void check(const Dims& dims, const std::set<std::string>& known) {
  for (const auto& [name, dim] : dims) {
    if (dim < 1) {
      throw InvalidModel(
          fmt::format("dimension '{}' cannot be {}; give a size of 1 or more", name, dim));
    }
    if (name.empty() || known.contains(name)) continue;
    const std::string choices =
        known.empty() ? "it has none" : fmt::format("it has {}", fmt::join(known, ", "));
    throw InvalidModel(
        fmt::format("the model has no free dimension named '{}'; {}", name, choices));
  }
}

/// Sets the free dimensions whose name `size_of` knows.
template <typename SizeOf>
void bind(ValueInfo& value, SizeOf&& size_of) {
  value.dim_names.resize(value.shape.size());
  for (std::size_t i = 0; i < value.shape.size(); ++i) {
    if (value.shape[i] >= 0) continue;
    const std::int64_t dim = size_of(value.dim_names[i]);
    if (dim < 0) continue;
    value.shape[i] = dim;
    value.dim_names[i].clear();
  }
}

}  // namespace

std::int64_t Node::int_attribute(std::string_view attribute, std::int64_t fallback) const {
  const auto* value = attribute_as<std::int64_t>(*this, attribute, "an integer");
  return value == nullptr ? fallback : *value;
}

float Node::float_attribute(std::string_view attribute, float fallback) const {
  const auto* value = attribute_as<float>(*this, attribute, "a float");
  return value == nullptr ? fallback : *value;
}

std::string Node::string_attribute(std::string_view attribute, std::string_view fallback) const {
  const auto* value = attribute_as<std::string>(*this, attribute, "a string");
  return value == nullptr ? std::string(fallback) : *value;
}

std::vector<std::int64_t> Node::ints_attribute(std::string_view attribute,
                                               const std::vector<std::int64_t>& fallback) const {
  const auto* value =
      attribute_as<std::vector<std::int64_t>>(*this, attribute, "a list of integers");
  return value == nullptr ? fallback : *value;
}

const Graph& Node::graph_attribute(std::string_view attribute) const {
  const auto* value = attribute_as<std::shared_ptr<const Graph>>(*this, attribute, "a graph");
  if (value == nullptr) {
    throw InvalidModel(fmt::format("node '{}' ({}) has no graph '{}'; export the model again", name,
                                   op_type, attribute));
  }
  return **value;
}

const std::string& Node::input(std::size_t index) const {
  static const std::string omitted;
  return index < inputs.size() ? inputs[index] : omitted;
}

std::ptrdiff_t Graph::producer(std::string_view value) const {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (std::ranges::find(nodes[i].outputs, value) != nodes[i].outputs.end()) {
      return static_cast<std::ptrdiff_t>(i);
    }
  }
  return -1;
}

std::vector<std::size_t> Graph::consumers(std::string_view value) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (std::ranges::find(nodes[i].inputs, value) != nodes[i].inputs.end()) found.push_back(i);
  }
  return found;
}

bool Graph::is_output(std::string_view value) const {
  return std::ranges::any_of(outputs, [&](const ValueInfo& info) { return info.name == value; });
}

void bind_dimensions(Graph& graph, const std::map<std::string, std::int64_t>& dims) {
  const std::set<std::string> named = free_dimensions(graph.inputs);
  check(dims, named);
  const auto bound = [&](const std::string& name) {
    const auto found = dims.find(name);
    return found == dims.end() ? 1 : found->second;
  };
  for (auto& input : graph.inputs) bind(input, bound);
  // An output's other free dimensions are whatever the shape rules find, so they stay free here.
  for (auto& output : graph.outputs) {
    bind(output, [&](const std::string& name) {
      return named.contains(name) ? bound(name) : std::int64_t{-1};
    });
  }
  graph.values.clear();
}

}  // namespace paretune::model
