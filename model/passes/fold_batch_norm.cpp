// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "model/passes/edit.h"
#include "model/passes/passes.h"

namespace paretune::model {
namespace {

bool is_f32_vector(const Tensor* tensor, std::int64_t size) {
  return tensor != nullptr && tensor->type() == ElementType::f32 && tensor->shape() == Shape{size};
}

/// The Conv whose output only this BatchNormalization reads and whose constants can take it, or -1.
std::ptrdiff_t find_conv(const Graph& graph, const Uses& uses, const Node& norm) {
  const std::ptrdiff_t at = uses.producer(norm.input(0));
  if (at < 0 || norm.op_type != "BatchNormalization" || norm.outputs.size() != 1 ||
      norm.int_attribute("training_mode", 0) != 0) {
    return -1;
  }
  const Node& conv = graph.nodes[static_cast<std::size_t>(at)];
  const Tensor* weight = find_initializer(graph, conv.input(1));
  if (conv.op_type != "Conv" || weight == nullptr || weight->type() != ElementType::f32 ||
      weight->rank() != 4 || uses.consumers(conv.outputs[0]).size() != 1 ||
      uses.is_output(conv.outputs[0])) {
    return -1;
  }
  for (std::size_t i = 1; i < 5; ++i) {
    if (!is_f32_vector(find_initializer(graph, norm.input(i)), weight->dim(0))) return -1;
  }
  const bool biased = !conv.input(2).empty();
  if (biased && !is_f32_vector(find_initializer(graph, conv.input(2)), weight->dim(0))) return -1;
  return at;
}

/// W' = W * s and b' = (b - mean) * s + B with s = scale / sqrt(var + epsilon), in double.
void fold(Graph& graph, const Uses& uses, Node& conv, const Node& norm) {
  const auto parameter = [&](std::size_t i) {
    return find_initializer(graph, norm.input(i))->data<float>();
  };
  Tensor weight = *find_initializer(graph, conv.input(1));
  const auto channels = static_cast<std::size_t>(weight.dim(0));
  Tensor bias(ElementType::f32, {weight.dim(0)});
  if (!conv.input(2).empty()) bias = *find_initializer(graph, conv.input(2));
  const double epsilon = norm.float_attribute("epsilon", 1e-5F);
  const std::size_t size = channels == 0 ? 0 : weight.count() / channels;
  for (std::size_t k = 0; k < channels; ++k) {
    const double factor = parameter(1)[k] / std::sqrt(parameter(4)[k] + epsilon);
    for (float& value : weight.data<float>().subspan(k * size, size)) {
      value = static_cast<float>(value * factor);
    }
    float& value = bias.data<float>()[k];
    value = static_cast<float>((value - double{parameter(3)[k]}) * factor + parameter(2)[k]);
  }
  conv.inputs[1] = store_constant(graph, uses, conv.inputs[1], std::move(weight));
  if (conv.input(2).empty()) {
    conv.inputs.resize(3);
    conv.inputs[2] = unused_name(graph, uses, conv.inputs[1] + "/bias");
    graph.initializers[conv.inputs[2]] = std::move(bias);
  } else {
    conv.inputs[2] = store_constant(graph, uses, conv.inputs[2], std::move(bias));
  }
  conv.outputs[0] = norm.outputs[0];
}

}  // namespace

std::size_t fold_batch_norm(Graph& graph) {
  Uses uses(graph);
  std::vector<bool> gone(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::ptrdiff_t found = find_conv(graph, uses, graph.nodes[i]);
    if (found < 0) continue;
    const auto conv = static_cast<std::size_t>(found);
    const Node norm = std::exchange(graph.nodes[i], Node{});
    gone[i] = true;
    fold(graph, uses, graph.nodes[conv], norm);
    uses.set_producer(norm.outputs[0], conv);
  }
  return erase_nodes(graph, gone);
}

}  // namespace paretune::model
