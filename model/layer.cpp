// SPDX-License-Identifier: Apache-2.0
#include "model/layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "model/errors.h"
#include "model/uses.h"

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

bool is_constant(const Graph& graph, const std::string& value) {
  return graph.initializers.contains(value);
}

/// An activation (not a constant) of type f32 with at least one element.
bool is_f32(const Graph& graph, const std::string& value) {
  if (value.empty() || is_constant(graph, value)) return false;
  const auto& info = info_of(graph, value);
  return info.type == ElementType::f32 && std::ranges::find(info.shape, 0) == info.shape.end();
}

std::size_t rank_of(const Graph& graph, const std::string& value) {
  return info_of(graph, value).shape.size();
}

/// [n,c,w] or [n,c,h,w].
bool is_image(const Graph& graph, const std::string& value) {
  return is_f32(graph, value) && (rank_of(graph, value) == 3 || rank_of(graph, value) == 4);
}

bool is_f32_constant(const Graph& graph, const std::string& value, std::size_t rank) {
  const auto found = graph.initializers.find(value);
  return found != graph.initializers.end() && found->second.type() == ElementType::f32 &&
         found->second.rank() == rank && found->second.count() > 0;
}

bool is_conv(const Graph& graph, const Node& node) {
  return node.op_type == "Conv" && is_image(graph, node.input(0)) &&
         is_f32_constant(graph, node.input(1), rank_of(graph, node.input(0))) &&
         (node.input(2).empty() || is_f32_constant(graph, node.input(2), 1));
}

/// Only the form canonicalize_gemm() leaves: weight [n,k], bias [n], no factors.
bool is_gemm(const Graph& graph, const Node& node) {
  return node.op_type == "Gemm" && is_f32(graph, node.input(0)) &&
         is_f32_constant(graph, node.input(1), 2) && node.int_attribute("transA", 0) == 0 &&
         node.int_attribute("transB", 0) == 1 && node.float_attribute("alpha", 1) == 1.0F &&
         node.float_attribute("beta", 1) == 1.0F &&
         (node.input(2).empty() || is_f32_constant(graph, node.input(2), 1));
}

/// Activations of any rank times a constant matrix.
bool is_linear(const Graph& graph, const Node& node) {
  return node.op_type == "MatMul" && is_f32(graph, node.input(0)) &&
         is_f32_constant(graph, node.input(1), 2) && rank_of(graph, node.input(0)) >= 2;
}

bool is_max_pool(const Graph& graph, const Node& node) {
  const auto dilations = node.ints_attribute("dilations", {});
  return node.op_type == "MaxPool" && node.outputs.size() == 1 && is_image(graph, node.input(0)) &&
         std::ranges::all_of(dilations, [](std::int64_t d) { return d == 1; });
}

bool is_same_shape_add(const Graph& graph, const Node& node) {
  return node.op_type == "Add" && is_f32(graph, node.input(0)) && is_f32(graph, node.input(1)) &&
         info_of(graph, node.input(0)).shape == info_of(graph, node.input(1)).shape;
}

bool is_view(const Graph& graph, const Node& node) {
  static const std::set<std::string> views = {"Flatten", "Reshape", "Squeeze", "Unsqueeze",
                                              "Identity"};
  return views.contains(node.op_type) && !is_constant(graph, node.input(0));
}

std::string family_of(const Graph& graph, const Node& node) {
  if (node.domain.empty()) {
    if (is_conv(graph, node)) return "conv";
    if (is_gemm(graph, node) || is_linear(graph, node)) return "gemm";
    if (is_max_pool(graph, node)) return "max_pool";
    if (node.op_type == "GlobalAveragePool" && is_image(graph, node.input(0))) {
      return "global_average_pool";
    }
    if (node.op_type == "Relu" && is_f32(graph, node.input(0))) return "relu";
    if (is_same_shape_add(graph, node)) return "add";
    if (is_view(graph, node)) return "view";
  }
  return "op:" + node.op_type;
}

/// Groups nodes around anchors and puts the groups in order.
class Grouping {
 public:
  explicit Grouping(const Graph& graph)
      : graph_(graph), uses_(graph), taken_(graph.nodes.size(), false) {}

  std::vector<Layer> run() {
    std::vector<std::string> families;
    families.reserve(graph_.nodes.size());
    for (const auto& node : graph_.nodes) families.push_back(family_of(graph_, node));
    // From the back, so that of two Convs before one Add the later one takes it.
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      if (families[i] == "conv" || families[i] == "gemm") {
        layers_.push_back(anchored(i, families[i]));
      }
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!taken_[i]) layers_.push_back(single(i, families[i]));
    }
    // A group runs where its last node stood: all it reads comes before that, all its readers
    // behind.
    std::ranges::sort(layers_, {},
                      [](const Layer& layer) { return std::ranges::max(layer.nodes); });
    name_layers();
    return std::move(layers_);
  }

 private:
  /// The only reader of the layer's output, if there is exactly one of that type, it is still free
  /// and no output needs the value itself.
  std::optional<std::size_t> next(const Layer& layer, std::string_view op_type) const {
    const auto& readers = uses_.consumers(layer.output);
    if (readers.size() != 1 || uses_.is_output(layer.output) || taken_[readers[0]]) {
      return std::nullopt;
    }
    const Node& node = graph_.nodes[readers[0]];
    if (node.op_type != op_type || !node.domain.empty()) return std::nullopt;
    return readers[0];
  }

  Layer anchored(std::size_t anchor, const std::string& family) {
    const Node& node = graph_.nodes[anchor];
    Layer layer;
    layer.family = family;
    layer.inputs = {node.input(0)};
    layer.weight = node.input(1);
    layer.weight_kn = node.op_type == "MatMul";
    if (!layer.weight_kn) layer.bias = node.input(2);
    take(layer, anchor);
    if (layer.weight_kn) take_bias(layer);
    if (family == "conv") take_add(layer);
    if (const auto relu = next(layer, "Relu")) {
      layer.activation = Activation::relu;
      take(layer, *relu);
    }
    return layer;
  }

  void take(Layer& layer, std::size_t index) {
    layer.nodes.push_back(index);
    layer.outputs = graph_.nodes[index].outputs;
    layer.output.clear();
    for (const auto& output : layer.outputs) {
      if (layer.output.empty()) layer.output = output;
    }
    taken_[index] = true;
  }

  /// The operand of an Add that is not `value`; "" when both are.
  static std::string other_operand(const Node& add, const std::string& value) {
    if (add.input(0) == value && add.input(1) == value) return "";
    return add.input(0) == value ? add.input(1) : add.input(0);
  }

  void take_bias(Layer& layer) {
    const auto add = next(layer, "Add");
    if (!add) return;
    const std::string other = other_operand(graph_.nodes[*add], layer.output);
    const Shape& weight = graph_.initializers.at(layer.weight).shape();
    if (!is_f32_constant(graph_, other, 1) ||
        graph_.initializers.at(other).dim(0) != weight.at(1)) {
      return;
    }
    layer.bias = other;
    take(layer, *add);
  }

  void take_add(Layer& layer) {
    const auto add = next(layer, "Add");
    if (!add) return;
    const std::string other = other_operand(graph_.nodes[*add], layer.output);
    if (other.empty() || is_constant(graph_, other) ||
        info_of(graph_, other).shape != info_of(graph_, layer.output).shape) {
      return;
    }
    layer.add = true;
    layer.inputs.push_back(other);
    take(layer, *add);
  }

  Layer single(std::size_t index, const std::string& family) {
    Layer layer;
    layer.family = family;
    for (const auto& input : graph_.nodes[index].inputs) {
      if (!input.empty() && !is_constant(graph_, input)) layer.inputs.push_back(input);
    }
    take(layer, index);
    return layer;
  }

  void name_layers() {
    std::set<std::string> used;
    for (auto& layer : layers_) {
      const std::string& name = graph_.nodes[layer.nodes[0]].name;
      if (is_layer_id(name) && used.insert(name).second) layer.id = name;
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
  Uses uses_;
  std::vector<bool> taken_;
  std::vector<Layer> layers_;
};

}  // namespace

bool is_layer_id(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos || slash < 4 || name[0] != 'L') return false;
  return std::ranges::all_of(name.substr(1, slash - 1),
                             [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::vector<Layer> make_layers(const Graph& graph) { return Grouping(graph).run(); }

}  // namespace paretune::model
