// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/proto_graph.h"

#include <fmt/format.h>
#include <onnx.pb.h>

#include <optional>

#include "model/captures.h"
#include "model/errors.h"
#include "model/onnx/data_type.h"
#include "model/onnx/proto_tensor.h"
#include "model/onnx/utf8.h"

namespace paretune::model {
namespace {

// Far beyond any real tensor; keeps sums and small multiples of dimensions below 63 bits.
constexpr std::int64_t largest_dim = std::int64_t{1} << 40;
// Exporters nest two or three; protobuf itself parses about 30.
constexpr int deepest_nesting = 16;

/// The name, once it is known to be text: it goes into messages, databases and reports.
const std::string& checked(const std::string& name, std::string_view origin) {
  if (!is_utf8(name)) {
    throw InvalidModel(fmt::format("{} has a name that is not UTF-8; export it again", origin));
  }
  return name;
}

std::optional<Attribute> attribute_of(const onnx::AttributeProto& proto, std::string_view origin) {
  switch (proto.type()) {
    case onnx::AttributeProto::INT:
      return proto.i();
    case onnx::AttributeProto::FLOAT:
      return proto.f();
    case onnx::AttributeProto::STRING:
      return proto.s();
    case onnx::AttributeProto::INTS:
      return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
    case onnx::AttributeProto::FLOATS:
      return std::vector<float>(proto.floats().begin(), proto.floats().end());
    case onnx::AttributeProto::STRINGS:
      return std::vector<std::string>(proto.strings().begin(), proto.strings().end());
    case onnx::AttributeProto::TENSOR:
      return from_proto(proto.t(), origin);
    default:
      // Branches of If are read by node_of(); the others belong to operators without a rule, which
      // infer_shapes() names all at once.
      return std::nullopt;
  }
}

/// The branches of an If, with what they capture made its inputs.
void read_branches(const onnx::NodeProto& proto, std::string_view origin, std::int64_t opset,
                   int depth, Node& node) {
  if (node.op_type != "If" || !node.domain.empty()) return;
  if (depth >= deepest_nesting) {
    throw UnsupportedModel(fmt::format("{}: node '{}' (If) is nested more than {} deep", origin,
                                       node.name, deepest_nesting));
  }
  if (node.inputs.size() != 1) {
    throw InvalidModel(
        fmt::format("{}: node '{}' (If) has {} inputs, not one; export the model "
                    "again",
                    origin, node.name, node.inputs.size()));
  }
  std::map<std::string, Graph> branches;
  for (const auto& attribute : proto.attribute()) {
    if (attribute.type() != onnx::AttributeProto::GRAPH) continue;
    Graph branch = graph_of(attribute.g(), origin, opset, depth + 1);
    if (!branch.inputs.empty()) {
      throw InvalidModel(
          fmt::format("{}: a branch of node '{}' (If) has inputs of its own; export "
                      "the model again",
                      origin, node.name));
    }
    branches.emplace(attribute.name(), std::move(branch));
  }
  adopt_branches(node, std::move(branches));
}

Node node_of(const onnx::NodeProto& proto, std::string_view origin, std::int64_t opset, int depth) {
  Node node;
  node.name = checked(proto.name(), origin);
  node.op_type = checked(proto.op_type(), origin);
  node.domain = proto.domain() == "ai.onnx" ? "" : checked(proto.domain(), origin);
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  for (const auto& name : node.inputs) checked(name, origin);
  for (const auto& name : node.outputs) checked(name, origin);
  if (node.op_type.empty()) {
    throw InvalidModel(fmt::format("{}: node '{}' has no operator type; export the model again",
                                   origin, node.name));
  }
  for (const auto& attribute : proto.attribute()) {
    if (checked(attribute.name(), origin).empty() || !attribute.ref_attr_name().empty() ||
        attribute.type() == onnx::AttributeProto::UNDEFINED) {
      throw InvalidModel(fmt::format(
          "{}: node '{}' has attribute '{}' without name, type or value; export the model again",
          origin, node.name, attribute.name()));
    }
    auto value = attribute_of(attribute, origin);
    if (value && !node.attributes.emplace(attribute.name(), std::move(*value)).second) {
      throw InvalidModel(
          fmt::format("{}: node '{}' has attribute '{}' twice; export the model again", origin,
                      node.name, attribute.name()));
    }
  }
  read_branches(proto, origin, opset, depth, node);
  return node;
}

Shape shape_of(const onnx::TensorShapeProto& proto, const std::string& name,
               std::string_view origin, std::vector<std::string>& dim_names) {
  Shape shape;
  bool named = false;
  for (const auto& dim : proto.dim()) {
    const bool fixed = dim.has_dim_value();
    if (fixed && (dim.dim_value() < 0 || dim.dim_value() > largest_dim)) {
      throw InvalidModel(fmt::format("{}: '{}' has a dimension of {}; export the model again",
                                     origin, name, dim.dim_value()));
    }
    shape.push_back(fixed ? dim.dim_value() : -1);
    dim_names.push_back(fixed ? "" : checked(dim.dim_param(), origin));
    named = named || !dim_names.back().empty();
  }
  if (!named) dim_names.clear();
  return shape;
}

ValueInfo value_of(const onnx::ValueInfoProto& proto, std::string_view origin, bool needs_shape) {
  ValueInfo value;
  value.name = checked(proto.name(), origin);
  if (value.name.empty()) {
    throw InvalidModel(
        fmt::format("{} has an input or output without a name; export it again", origin));
  }
  if (!proto.type().has_tensor_type()) {
    if (proto.has_type() && proto.type().value_case() != onnx::TypeProto::VALUE_NOT_SET) {
      throw UnsupportedModel(fmt::format("{}: '{}' is no tensor, and Paretune handles only tensors",
                                         origin, value.name));
    }
    throw InvalidModel(
        fmt::format("{}: '{}' has no type; export the model again", origin, value.name));
  }
  const auto& tensor = proto.type().tensor_type();
  if (tensor.elem_type() == 0) {
    throw InvalidModel(
        fmt::format("{}: '{}' has no element type; export the model again", origin, value.name));
  }
  try {
    value.type = element_type_of_onnx(tensor.elem_type());
  } catch (const UnsupportedModel& error) {
    throw UnsupportedModel(fmt::format("{}: '{}': {}", origin, value.name, error.what()));
  }
  if (tensor.has_shape()) {
    value.shape = shape_of(tensor.shape(), value.name, origin, value.dim_names);
  } else if (needs_shape) {
    throw InvalidModel(fmt::format(
        "{}: input '{}' has no shape; export the model with input shapes", origin, value.name));
  }
  return value;
}

void read_initializers(const onnx::GraphProto& proto, std::string_view origin, Graph& graph) {
  if (proto.sparse_initializer_size() > 0) {
    throw UnsupportedModel(fmt::format("{} has sparse initializers; store them dense", origin));
  }
  for (const auto& tensor : proto.initializer()) {
    if (checked(tensor.name(), origin).empty()) {
      throw InvalidModel(
          fmt::format("{} has an initializer without a name; export it again", origin));
    }
    if (!graph.initializers.emplace(tensor.name(), from_proto(tensor, origin)).second) {
      throw InvalidModel(fmt::format("{} has two initializers named '{}'; export it again", origin,
                                     tensor.name()));
    }
  }
}

}  // namespace

Graph graph_of(const onnx::GraphProto& proto, std::string_view origin, std::int64_t opset,
               int depth) {
  Graph graph;
  graph.name = checked(proto.name(), origin);
  graph.opset = opset;
  read_initializers(proto, origin, graph);
  for (const auto& input : proto.input()) {
    // Before IR 4 initializers were listed as inputs too.
    if (graph.initializers.contains(input.name())) continue;
    graph.inputs.push_back(value_of(input, origin, true));
  }
  for (const auto& output : proto.output())
    graph.outputs.push_back(value_of(output, origin, false));
  for (const auto& node : proto.node()) graph.nodes.push_back(node_of(node, origin, opset, depth));
  if (graph.outputs.empty()) {
    throw InvalidModel(fmt::format("{} has no outputs or is truncated; export it again", origin));
  }
  return graph;
}

}  // namespace paretune::model
