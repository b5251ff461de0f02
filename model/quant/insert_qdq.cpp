// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/errors.h"
#include "model/onnx/data_type.h"
#include "model/passes/edit.h"
#include "model/quant/qdq.h"
#include "model/quant/raise_opset.h"
#include "model/uses.h"

namespace paretune::model {
namespace {

/// Builds the new graph beside the old one, whose indices the layers use.
class Insertion {
 public:
  Insertion(const Graph& graph, const std::vector<Layer>& layers, const QuantParameters& parameters)
      : old_(graph),
        uses_(graph),
        graph_(graph),
        parameters_(parameters),
        before_(graph.nodes.size()) {
    for (const auto& layer : layers) graph_.nodes[layer.nodes[0]].name = layer.id;
  }

  void add(const Layer& layer, const Scheme& scheme) {
    if (scheme.name() == "fp32") return;
    raise_opset(graph_);
    if (!layer.quantizable()) {
      throw InvalidModel(fmt::format("layer '{}' ({}) cannot have scheme '{}'; leave it at fp32",
                                     layer.id, layer.family, scheme.name()));
    }
    const std::size_t anchor = layer.nodes[0];
    const bool integer = scheme.input_type() == ElementType::u8;
    const ElementType stored = add_weight(layer, scheme);
    graph_.nodes[anchor].inputs[0] =
        rounded(layer.inputs[0], integer ? ElementType::u8 : stored, anchor, layer.id);
    if (integer && layer.add) {
      const std::size_t add = layer.nodes.at(1);
      const std::string replacement = rounded(layer.inputs.at(1), ElementType::u8, add, layer.id);
      std::ranges::replace(graph_.nodes[add].inputs, layer.inputs[1], replacement);
    }
  }

  Graph finish() {
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (auto& node : before_[i]) nodes.push_back(std::move(node));
      nodes.push_back(std::move(graph_.nodes[i]));
    }
    graph_.nodes = std::move(nodes);
    // Weights every reader of which now reads the stored form.
    const Uses uses(graph_);
    std::erase_if(graph_.initializers, [&](const auto& item) {
      return !uses_.consumers(item.first).empty() && uses.consumers(item.first).empty() &&
             !uses.is_output(item.first);
    });
    sort_topologically(graph_);
    infer_shapes(graph_);
    return std::move(graph_);
  }

 private:
  /// The value that stands for `value` rounded to u8, bf16 or f16, made at its first request.
  std::string rounded(const std::string& value, ElementType type, std::size_t reader,
                      const std::string& layer) {
    const bool integer = type == ElementType::u8;
    auto& known = rounded_[type];
    if (const auto found = known.find(value); found != known.end()) return found->second;
    const std::string low = unused_name(graph_, uses_, value + "/" + std::string(to_text(type)));
    const std::string out =
        unused_name(graph_, uses_, value + (integer ? "/dequantized" : "/rounded"));
    if (integer) {
      add_pair(value, low, out, reader, layer);
    } else {
      before_[reader].push_back(cast(value, low, type));
      before_[reader].push_back(cast(low, out, ElementType::f32));
    }
    return known[value] = out;
  }

  void add_pair(const std::string& value, const std::string& low, const std::string& out,
                std::size_t reader, const std::string& layer) {
    const auto found = parameters_.find(value);
    if (found == parameters_.end()) {
      throw InvalidModel(fmt::format(
          "value '{}' has no quantization parameters, which layer '{}' needs; calibrate it first",
          value, layer));
    }
    const std::string scale = unused_name(graph_, uses_, value + "/scale");
    const std::string zero = unused_name(graph_, uses_, value + "/zero_point");
    graph_.initializers[scale] = Tensor::of<float>({}, {found->second.scale});
    graph_.initializers[zero] =
        Tensor::of<std::uint8_t>({}, {static_cast<std::uint8_t>(found->second.zero_point)});
    before_[reader].push_back(
        {value + "/quantize", "QuantizeLinear", "", {value, scale, zero}, {low}, {}});
    before_[reader].push_back(
        {value + "/dequantize", "DequantizeLinear", "", {low, scale, zero}, {out}, {}});
  }

  static Node cast(const std::string& from, const std::string& to, ElementType type) {
    return {to + "/cast", "Cast", "", {from}, {to}, {{"to", std::int64_t{onnx_data_type(type)}}}};
  }

  /// Puts the stored weight behind a node whose output takes the weight's name, or a new one when
  /// others read the weight as it was. Returns the type it is stored in.
  ElementType add_weight(const Layer& layer, const Scheme& scheme) {
    const std::size_t anchor = layer.nodes[0];
    const std::string& weight = layer.weight;
    const bool own = uses_.consumers(weight).size() == 1 && !uses_.is_output(weight);
    const QuantizedWeight stored =
        scheme.quantize(old_.initializers.at(weight), layer.channel_axis());
    const std::string base = own ? weight : weight + "/" + layer.id;
    const std::string low = unused_name(graph_, uses_, base + "/stored");
    const std::string out = own ? weight : unused_name(graph_, uses_, base);
    if (own) graph_.initializers.erase(weight);
    graph_.initializers[low] = stored.values;
    if (stored.scales.empty()) {
      before_[anchor].push_back(cast(low, out, ElementType::f32));
    } else {
      const std::string scale = unused_name(graph_, uses_, base + "/scale");
      const std::string zero = unused_name(graph_, uses_, base + "/zero_point");
      const bool single = scheme.name() == "int8_tensor";
      const Shape shape = single ? Shape{} : Shape{static_cast<std::int64_t>(stored.scales.size())};
      graph_.initializers[scale] = Tensor::of<float>(shape, stored.scales);
      graph_.initializers[zero] = Tensor(ElementType::i8, shape);
      Node node{out + "/dequantize", "DequantizeLinear", "", {low, scale, zero}, {out}, {}};
      if (!single) node.attributes["axis"] = static_cast<std::int64_t>(layer.channel_axis());
      before_[anchor].push_back(std::move(node));
    }
    graph_.nodes[anchor].inputs[1] = out;
    return stored.values.type();
  }

  const Graph& old_;
  const Uses uses_;
  Graph graph_;
  const QuantParameters& parameters_;
  std::vector<std::vector<Node>> before_;  ///< new nodes in front of each old one
  std::map<ElementType, std::map<std::string, std::string>> rounded_;  ///< by type and value
};

const Scheme& scheme_named(const std::string& name, const std::string& layer) {
  const Scheme* scheme = find_scheme(name);
  if (scheme == nullptr) {
    throw InvalidModel(
        fmt::format("layer '{}' asks for scheme '{}', which does not exist", layer, name));
  }
  return *scheme;
}

}  // namespace

Graph insert_qdq(const Graph& graph, const std::vector<Layer>& layers,
                 const std::map<std::string, std::string>& schemes,
                 const QuantParameters& parameters) {
  std::set<std::string> ids;
  for (const auto& layer : layers) ids.insert(layer.id);
  for (const auto& entry : schemes) {
    if (!ids.contains(entry.first)) {
      throw InvalidModel(fmt::format("the model has no layer '{}'", entry.first));
    }
  }
  Insertion insertion(graph, layers, parameters);
  for (const auto& layer : layers) {
    const auto found = schemes.find(layer.id);
    // A candidate has "" for layers no scheme applies to.
    if (found != schemes.end() && !found->second.empty())
      insertion.add(layer, scheme_named(found->second, layer.id));
  }
  return insertion.finish();
}

}  // namespace paretune::model
