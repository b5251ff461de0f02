// SPDX-License-Identifier: Apache-2.0
#include "model/quant/raise_opset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/errors.h"
#include "model/passes/edit.h"

namespace paretune::model {
namespace {

constexpr std::int64_t target = 13;  // DequantizeLinear by axis, Cast to bfloat16

/// An attribute that is an input since operator set `since`.
struct Moved {
  std::string_view op_type, attribute;
  std::size_t input;
  std::int64_t since;
};

constexpr std::array moved = {Moved{"Squeeze", "axes", 1, 13},   Moved{"Unsqueeze", "axes", 1, 13},
                              Moved{"ReduceSum", "axes", 1, 13}, Moved{"Split", "split", 1, 13},
                              Moved{"Clip", "min", 1, 11},       Moved{"Clip", "max", 2, 11},
                              Moved{"Pad", "pads", 1, 11},       Moved{"Pad", "value", 2, 11},
                              Moved{"Slice", "starts", 1, 10},   Moved{"Slice", "ends", 2, 10},
                              Moved{"Slice", "axes", 3, 10},     Moved{"TopK", "k", 1, 10}};

Tensor constant_of(const Attribute& attribute, const Moved& move) {
  if (const auto* number = std::get_if<float>(&attribute)) return Tensor::of<float>({}, {*number});
  if (const auto* integer = std::get_if<std::int64_t>(&attribute)) {
    return Tensor::of<std::int64_t>({1}, {*integer});
  }
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute)) {
    return Tensor::of<std::int64_t>({static_cast<std::int64_t>(list->size())}, *list);
  }
  throw InvalidModel(fmt::format("attribute '{}' of {} has the wrong kind; export the model again",
                                 move.attribute, move.op_type));
}

void move_attributes(Graph& graph, const Uses& uses, Node& node) {
  for (const Moved& move : moved) {
    const auto found = node.attributes.find(std::string(move.attribute));
    if (node.op_type != move.op_type || graph.opset >= move.since ||
        found == node.attributes.end()) {
      continue;
    }
    const std::string name =
        unused_name(graph, uses, fmt::format("{}/{}", node.outputs.at(0), move.attribute));
    graph.initializers[name] = constant_of(found->second, move);
    if (node.inputs.size() <= move.input) node.inputs.resize(move.input + 1);
    node.inputs[move.input] = name;
    node.attributes.erase(found);
  }
}

/// Before set 13 these worked on the data as a matrix cut at `axis`, by default 1.
void state_axis(const Graph& graph, Node& node) {
  const Shape& shape = graph.values.at(node.input(0)).shape;
  const auto rank = static_cast<std::int64_t>(shape.size());
  std::int64_t axis = node.int_attribute("axis", 1);
  if (axis < 0) axis += rank;
  const bool one_row =
      axis >= 0 && axis < rank &&
      std::all_of(shape.begin() + axis + 1, shape.end(), [](std::int64_t dim) { return dim == 1; });
  if (!one_row) {
    throw UnsupportedModel(fmt::format(
        "node '{}' ({}) of operator set {} works on several axes, which set 13 cannot say; convert "
        "the model with onnx.version_converter",
        node.name, node.op_type, graph.opset));
  }
  node.attributes["axis"] = axis;
}

bool is_matrix_like(const std::string& op_type) {
  return op_type == "Softmax" || op_type == "LogSoftmax" || op_type == "Hardmax";
}

}  // namespace

void raise_opset(Graph& graph) {
  if (graph.opset >= target) return;
  const Uses uses(graph);
  for (Node& node : graph.nodes) {
    if (!node.domain.empty()) continue;
    if (node.op_type == "Upsample" || (node.op_type == "Resize" && graph.opset < 11)) {
      throw UnsupportedModel(
          fmt::format("node '{}' ({} of operator set {}) cannot be quantized along with others; "
                      "convert the model to set 13 with onnx.version_converter",
                      node.name, node.op_type, graph.opset));
    }
    if (is_matrix_like(node.op_type)) state_axis(graph, node);
    move_attributes(graph, uses, node);
  }
  graph.opset = target;
}

}  // namespace paretune::model
