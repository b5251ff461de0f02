// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <variant>

#include "model/candidate.h"
#include "model/errors.h"
#include "model/ops/window.h"
#include "model/quant/scheme.h"
#include "model/workload.h"

namespace paretune::model {
namespace {

const ValueInfo& fixed_info(const Graph& graph, const std::string& value) {
  const auto found = graph.values.find(value);
  if (found == graph.values.end() || std::ranges::count(found->second.shape, -1) > 0) {
    throw InvalidModel(fmt::format(
        "value '{}' has no fixed shape; bind the free dimensions and infer shapes first", value));
  }
  return found->second;
}

/// Window attributes under the names a workload gives them. With ceil_mode the padding behind is
/// what the last window really reaches, so that out_h() and out_w() need no mode.
void add_window(Workload& workload, const Window& window, bool ceil_mode) {
  auto& dims = workload.dims;
  auto pad_end = window.pad_end;
  for (std::size_t axis = 0; ceil_mode && axis < pad_end.size(); ++axis) {
    pad_end[axis] = (window.out[axis] - 1) * window.stride[axis] + window.kernel[axis] -
                    window.in[axis] - window.pad_begin[axis];
  }
  dims["r"] = window.kernel[0];
  dims["s"] = window.kernel[1];
  dims["stride_h"] = window.stride[0];
  dims["stride_w"] = window.stride[1];
  dims["pad_t"] = window.pad_begin[0];
  dims["pad_l"] = window.pad_begin[1];
  dims["pad_b"] = pad_end[0];
  dims["pad_r"] = pad_end[1];
}

/// Of [n,c,h,w], or [n,c,w] with one row.
void add_nchw(Workload& workload, const Shape& shape) {
  workload.dims["n"] = shape.at(0);
  workload.dims["c"] = shape.at(1);
  workload.dims["h"] = shape.size() == 3 ? 1 : shape.at(2);
  workload.dims["w"] = shape.back();
}

void add_epilogue(Workload& workload, const Layer& layer) {
  workload.dims["bias"] = layer.bias.empty() ? 0 : 1;
  workload.dims["add"] = layer.add ? 1 : 0;
  workload.dims["relu"] = layer.activation == Activation::relu ? 1 : 0;
}

void add_conv(Workload& workload, const Graph& graph, const Layer& layer) {
  const Node& node = graph.nodes[layer.nodes[0]];
  const auto& data = fixed_info(graph, layer.inputs[0]);
  const Shape& weight = graph.initializers.at(layer.weight).shape();
  const Window window = widened(window_of(node, data, spatial(weight)), 2);
  add_nchw(workload, data.shape);
  workload.dims["k"] = weight[0];
  add_window(workload, window, false);
  workload.dims["dilation_h"] = window.dilation[0];
  workload.dims["dilation_w"] = window.dilation[1];
  workload.dims["group"] = node.int_attribute("group", 1);
  add_epilogue(workload, layer);
}

void add_gemm(Workload& workload, const Graph& graph, const Layer& layer) {
  const Shape& weight = graph.initializers.at(layer.weight).shape();
  const Shape& data = fixed_info(graph, layer.inputs[0]).shape;
  workload.dims["m"] = element_count({data.begin(), data.end() - 1});
  workload.dims["n"] = weight.at(layer.channel_axis());
  workload.dims["k"] = weight.at(1 - layer.channel_axis());
  add_epilogue(workload, layer);
}

std::string bytes_text(const Tensor& tensor) {
  const auto bytes = tensor.bytes();
  return to_text(tensor.shape()) +
         std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string node_text(const Node& node);

/// An attribute's value as text that differs when the value does.
struct AttributeText {
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(float value) const { return fmt::format("{:a}", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Tensor& value) const { return bytes_text(value); }
  template <typename T>
  std::string operator()(const std::vector<T>& values) const {
    std::string text;
    for (const auto& value : values) text += (*this)(value) + ",";
    return text;
  }
  std::string operator()(const std::shared_ptr<const Graph>& graph) const {
    std::string text;
    for (const auto& node : graph->nodes) text += node_text(node);
    for (const auto& [name, tensor] : graph->initializers) text += name + bytes_text(tensor);
    return text;
  }
};

std::string node_text(const Node& node) {
  std::string text = node.op_type;
  for (const auto& [name, value] : node.attributes) {
    text += fmt::format(" {}:{}:", name, value.index()) + std::visit(AttributeText(), value);
  }
  return text;
}

/// Hash of everything an operator computes by besides its activations: two nodes that differ there
/// are not one workload.
std::string digest(const Graph& graph, const Node& node) {
  std::string text = node_text(node);
  for (const auto& input : node.inputs) {
    const auto found = graph.initializers.find(input);
    if (found != graph.initializers.end()) text += bytes_text(found->second);
  }
  return fmt::format("h{}", sha256(text).substr(0, 16));
}

void add_other(Workload& workload, const Graph& graph, const Layer& layer) {
  const Node& node = graph.nodes[layer.nodes[0]];
  workload.dims["count"] = element_count(fixed_info(graph, layer.output).shape);
  if (layer.family == "add") workload.dims["relu"] = layer.activation == Activation::relu ? 1 : 0;
  if (!layer.on_host()) return;
  std::string shapes;
  for (const auto& input : layer.inputs) shapes += to_text(fixed_info(graph, input).shape);
  workload.tags["shapes"] = shapes + ">" + to_text(fixed_info(graph, layer.output).shape);
  workload.tags["node"] = digest(graph, node);
}

}  // namespace

Workload workload_of(const Graph& graph, const Layer& layer, std::string_view scheme,
                     ElementType output) {
  // A candidate has "" for layers no scheme applies to.
  const bool none = scheme.empty() && !layer.quantizable();
  const Scheme* chosen = find_scheme(none ? "fp32" : scheme);
  if (chosen == nullptr) {
    throw InvalidModel(
        fmt::format("layer '{}' has scheme '{}', which does not exist", layer.id, scheme));
  }
  Workload workload;
  workload.family = layer.family;
  if (layer.family == "conv") {
    add_conv(workload, graph, layer);
  } else if (layer.family == "gemm") {
    add_gemm(workload, graph, layer);
  } else if (layer.family == "max_pool") {
    const Node& node = graph.nodes[layer.nodes[0]];
    const auto& data = fixed_info(graph, layer.inputs[0]);
    add_nchw(workload, data.shape);
    add_window(workload, widened(window_of(node, data, {}), 2),
               node.int_attribute("ceil_mode", 0) != 0);
  } else if (layer.family == "global_average_pool") {
    add_nchw(workload, fixed_info(graph, layer.inputs[0]).shape);
  } else {
    add_other(workload, graph, layer);
  }
  workload.tags["in"] = to_text(chosen->input_type());
  workload.tags["out"] = to_text(output);
  if (layer.quantizable()) workload.tags["wei"] = chosen->weight_tag();
  return workload;
}

}  // namespace paretune::model
