// SPDX-License-Identifier: Apache-2.0
#include "runtime/host_layout.h"

#include <algorithm>
#include <set>

namespace paretune::runtime {
namespace {

bool is_elementwise(const std::string& op_type) {
  static const std::set<std::string> types = {
      "Abs",         "Add",       "Clip",       "Div",     "Elu",      "Erf",  "Exp", "Gelu",
      "HardSigmoid", "HardSwish", "LeakyRelu",  "Log",     "Max",      "Min",  "Mul", "Neg",
      "PRelu",       "Pow",       "Reciprocal", "Sigmoid", "Softplus", "Sqrt", "Sub", "Tanh"};
  return types.contains(op_type);
}

const model::Node& anchor_of(const model::Graph& graph, const model::Layer& layer) {
  return graph.nodes[layer.nodes.front()];
}

}  // namespace

bool takes_any_layout(const model::Graph& graph, const model::Layer& layer) {
  const model::Node& node = anchor_of(graph, layer);
  if (!node.domain.empty() || !is_elementwise(node.op_type)) return false;
  const model::ValueInfo& out = graph.values.at(layer.output);
  const auto fits = [&](const std::string& name) {
    if (name.empty()) return true;
    const auto constant = graph.initializers.find(name);
    if (constant == graph.initializers.end()) {
      const model::ValueInfo& info = graph.values.at(name);
      return info.type == model::ElementType::f32 && info.shape.size() == out.shape.size();
    }
    // With one dimension besides ones its bytes are the same under the other shape.
    const model::Shape& shape = constant->second.shape();
    const auto ones = static_cast<std::size_t>(std::ranges::count(shape, 1));
    return shape.size() <= out.shape.size() && ones + 1 >= shape.size();
  };
  return out.type == model::ElementType::f32 && std::ranges::all_of(node.inputs, fits);
}

ChannelMove channel_move(const model::Graph& graph, const model::Layer& layer) {
  const model::Node& node = anchor_of(graph, layer);
  if (node.op_type != "Transpose" || !node.domain.empty() || layer.inputs.size() != 1 ||
      graph.values.at(layer.inputs[0]).type != model::ElementType::f32) {
    return ChannelMove::none;
  }
  using Permutation = std::vector<std::int64_t>;
  const Permutation permutation = node.ints_attribute("perm", {});
  if (permutation == Permutation{0, 2, 1}) return ChannelMove::either;
  if (permutation == Permutation{0, 2, 3, 1}) return ChannelMove::to_back;
  return permutation == Permutation{0, 3, 1, 2} ? ChannelMove::to_front : ChannelMove::none;
}

model::Shape channels_last(model::Shape shape, std::size_t rank) {
  shape.insert(shape.begin(), rank - shape.size(), 1);
  std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
  return shape;
}

}  // namespace paretune::runtime
