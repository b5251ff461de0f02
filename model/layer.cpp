// SPDX-License-Identifier: Apache-2.0
#include "model/layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "model/errors.h"

namespace paretune::model {
namespace {

const ValueInfo& info_of(const Graph& graph, const std::string& value) {
  const auto found = graph.values.find(value);
  if (found == graph.values.end()) {
    throw InvalidModel(
        fmt::format("value '{}' has no inferred shape; call infer_shapes() first", value));
  }
  return found->second;
}

bool is_f32(const Graph& graph, const std::string& value, std::size_t rank) {
  const auto& info = info_of(graph, value);
  return info.type == ElementType::f32 && info.shape.size() == rank;
}

bool is_constant(const Graph& graph, const std::string& value) {
  return graph.initializers.contains(value);
}

bool is_conv(const Graph& graph, const Node& node) {
  return node.op_type == "Conv" && is_constant(graph, node.input(1)) &&
         !is_constant(graph, node.input(0)) && is_f32(graph, node.input(0), 4) &&
         (node.input(2).empty() || is_constant(graph, node.input(2)));
}

/// Only the form canonicalize_gemm() leaves: weight [n,k], bias [n], no factors.
bool is_gemm(const Graph& graph, const Node& node) {
  return node.op_type == "Gemm" && is_constant(graph, node.input(1)) &&
         !is_constant(graph, node.input(0)) && is_f32(graph, node.input(0), 2) &&
         node.int_attribute("transA", 0) == 0 && node.int_attribute("transB", 0) == 1 &&
         node.float_attribute("alpha", 1) == 1.0F && node.float_attribute("beta", 1) == 1.0F &&
         (node.input(2).empty() ||
          (is_constant(graph, node.input(2)) && is_f32(graph, node.input(2), 1)));
}

bool is_max_pool(const Graph& graph, const Node& node) {
  const auto dilations = node.ints_attribute("dilations", {1, 1});
  return node.outputs.size() == 1 && is_f32(graph, node.input(0), 4) &&
         std::ranges::all_of(dilations, [](std::int64_t d) { return d == 1; });
}

bool is_same_shape_add(const Graph& graph, const Node& node) {
  const auto& a = info_of(graph, node.input(0));
  const auto& b = info_of(graph, node.input(1));
  return a.type == ElementType::f32 && a.shape == b.shape && !is_constant(graph, node.input(0)) &&
         !is_constant(graph, node.input(1));
}

std::string family_of(const Graph& graph, const Node& node) {
  const std::set<std::string> views = {"Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity"};
  if (node.domain.empty()) {
    if (is_conv(graph, node)) return "conv";
    if (is_gemm(graph, node)) return "gemm";
    if (node.op_type == "MaxPool" && is_max_pool(graph, node)) return "max_pool";
    if (node.op_type == "GlobalAveragePool" && is_f32(graph, node.input(0), 4)) {
      return "global_average_pool";
    }
    if (node.op_type == "Relu" && info_of(graph, node.input(0)).type == ElementType::f32) {
      return "relu";
    }
    if (node.op_type == "Add" && is_same_shape_add(graph, node)) return "add";
    if (views.contains(node.op_type) && !is_constant(graph, node.input(0))) return "view";
  }
  return "op:" + node.op_type;
}

/// Groups nodes around anchors and puts the groups in order.
class Grouping {
 public:
  explicit Grouping(const Graph& graph) : graph_(graph), taken_(graph.nodes.size(), false) {}

  std::vector<Layer> run() {
    // From the back, so that of two Convs before one Add the later one takes it.
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      const std::string family = family_of(graph_, graph_.nodes[i]);
      if (family == "conv" || family == "gemm") layers_.push_back(anchored(i, family));
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!taken_[i]) layers_.push_back(single(i));
    }
    // A group runs where its last node stood: all it reads comes before that, all its readers
    // behind.
    std::ranges::sort(layers_, {},
                      [](const Layer& layer) { return std::ranges::max(layer.nodes); });
    name_layers();
    return std::move(layers_);
  }

 private:
  /// The only reader of `value`, if there is exactly one, it is still free and no output needs the
  /// value itself.
  std::optional<std::size_t> only_reader(const std::string& value) const {
    const auto readers = graph_.consumers(value);
    if (readers.size() != 1 || graph_.is_output(value) || taken_[readers[0]]) return std::nullopt;
    return readers[0];
  }

  Layer anchored(std::size_t anchor, const std::string& family) {
    const Node& node = graph_.nodes[anchor];
    Layer layer;
    layer.family = family;
    layer.inputs = {node.input(0)};
    layer.weight = node.input(1);
    layer.bias = node.input(2);
    take(layer, anchor);
    if (family == "conv") take_add(layer);
    if (const auto next = only_reader(layer.output);
        next && graph_.nodes[*next].op_type == "Relu") {
      layer.activation = Activation::relu;
      take(layer, *next);
    }
    return layer;
  }

  void take(Layer& layer, std::size_t index) {
    layer.nodes.push_back(index);
    layer.output = graph_.nodes[index].outputs.at(0);
    taken_[index] = true;
  }

  void take_add(Layer& layer) {
    const auto next = only_reader(layer.output);
    if (!next || graph_.nodes[*next].op_type != "Add") return;
    const Node& add = graph_.nodes[*next];
    const std::string other = add.input(0) == layer.output ? add.input(1) : add.input(0);
    if (other == layer.output || is_constant(graph_, other) ||
        info_of(graph_, other).shape != info_of(graph_, layer.output).shape) {
      return;
    }
    layer.add = true;
    layer.inputs.push_back(other);
    take(layer, *next);
  }

  Layer single(std::size_t index) {
    const Node& node = graph_.nodes[index];
    Layer layer;
    layer.family = family_of(graph_, node);
    for (const auto& input : node.inputs) {
      if (!input.empty() && !is_constant(graph_, input)) layer.inputs.push_back(input);
    }
    take(layer, index);
    return layer;
  }

  /// "L003/name" marks a name this function gave before: it stays, so ids survive export and
  /// import.
  static bool is_id(const std::string& name) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos || slash < 4 || name[0] != 'L') return false;
    return std::all_of(name.begin() + 1, name.begin() + static_cast<std::ptrdiff_t>(slash),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
  }

  void name_layers() {
    std::set<std::string> used;
    for (auto& layer : layers_) {
      const std::string& name = graph_.nodes[layer.nodes[0]].name;
      if (is_id(name) && used.insert(name).second) layer.id = name;
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      if (!layers_[i].id.empty()) continue;
      const Node& node = graph_.nodes[layers_[i].nodes[0]];
      const std::string name =
          node.name.empty() ? fmt::format("{}_{}", node.op_type, layers_[i].nodes[0]) : node.name;
      std::string id = fmt::format("L{:03}/{}", i, name);
      while (!used.insert(id).second) id += "_";
      layers_[i].id = id;
    }
  }

  const Graph& graph_;
  std::vector<bool> taken_;
  std::vector<Layer> layers_;
};

}  // namespace

std::vector<Layer> make_layers(const Graph& graph) { return Grouping(graph).run(); }

}  // namespace paretune::model
