// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/reader.h"

#include <fmt/format.h>
#include <onnx.pb.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "model/errors.h"
#include "model/onnx/data_type.h"
#include "model/onnx/proto_tensor.h"

namespace paretune::model {
namespace {

constexpr std::int64_t oldest_ir = 3;
constexpr std::int64_t oldest_opset = 7;
// Far beyond any real tensor; keeps sums and small multiples of dimensions below 63 bits.
constexpr std::int64_t largest_dim = std::int64_t{1} << 40;

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) {
    throw InvalidModel(file.string() + " cannot be opened; check the path and its permissions");
  }
  std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) throw InvalidModel(file.string() + " cannot be read to its end; copy it again");
  return bytes;
}

template <typename Proto>
void parse(Proto& proto, std::string_view bytes, std::string_view origin, std::string_view what) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw UnsupportedModel(fmt::format("{} is larger than the 2 GiB {} may be", origin, what));
  }
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw InvalidModel(
        fmt::format("{} is no {} or is truncated; copy or export it again", origin, what));
  }
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
      // Graphs and types belong to operators without a rule; they are all named by infer_shapes().
      return std::nullopt;
  }
}

Node node_of(const onnx::NodeProto& proto, std::string_view origin) {
  Node node;
  node.name = proto.name();
  node.op_type = proto.op_type();
  node.domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  if (node.op_type.empty()) {
    throw InvalidModel(fmt::format("{}: node '{}' has no operator type; export the model again",
                                   origin, node.name));
  }
  for (const auto& attribute : proto.attribute()) {
    auto value = attribute_of(attribute, origin);
    if (value && !node.attributes.emplace(attribute.name(), std::move(*value)).second) {
      throw InvalidModel(
          fmt::format("{}: node '{}' has attribute '{}' twice; export the model again", origin,
                      node.name, attribute.name()));
    }
  }
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
    dim_names.push_back(fixed ? "" : dim.dim_param());
    named = named || !dim_names.back().empty();
  }
  if (!named) dim_names.clear();
  return shape;
}

ValueInfo value_of(const onnx::ValueInfoProto& proto, std::string_view origin, bool needs_shape) {
  ValueInfo value;
  value.name = proto.name();
  if (!proto.type().has_tensor_type()) {
    if (proto.has_type() && proto.type().value_case() != onnx::TypeProto::VALUE_NOT_SET) {
      throw UnsupportedModel(fmt::format("{}: '{}' is no tensor, and Paretune handles only tensors",
                                         origin, value.name));
    }
    throw InvalidModel(
        fmt::format("{}: '{}' has no type; export the model again", origin, value.name));
  }
  const auto& tensor = proto.type().tensor_type();
  value.type = element_type_of_onnx(tensor.elem_type());
  if (tensor.has_shape()) {
    value.shape = shape_of(tensor.shape(), value.name, origin, value.dim_names);
  } else if (needs_shape) {
    throw InvalidModel(fmt::format(
        "{}: input '{}' has no shape; export the model with input shapes", origin, value.name));
  }
  return value;
}

/// Version of the default operator set; checks the file says what it is.
std::int64_t check_header(const onnx::ModelProto& model, std::string_view origin) {
  if (!model.has_graph() || !model.has_ir_version() || model.opset_import_size() == 0) {
    throw InvalidModel(fmt::format(
        "{} is no ONNX model or is truncated: graph, IR version or operator set is missing; copy "
        "or export it again",
        origin));
  }
  std::int64_t opset = 0;
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") opset = set.version();
  }
  if (model.ir_version() < oldest_ir || opset < oldest_opset) {
    throw UnsupportedModel(fmt::format(
        "{} has IR version {} and operator set {}, but at least {} and {} are needed; export it "
        "with a newer operator set",
        origin, model.ir_version(), opset, oldest_ir, oldest_opset));
  }
  return opset;
}

void read_initializers(const onnx::GraphProto& proto, std::string_view origin, Graph& graph) {
  if (proto.sparse_initializer_size() > 0) {
    throw UnsupportedModel(fmt::format("{} has sparse initializers; store them dense", origin));
  }
  for (const auto& tensor : proto.initializer()) {
    if (tensor.name().empty()) {
      throw InvalidModel(
          fmt::format("{} has an initializer without a name; export it again", origin));
    }
    if (!graph.initializers.emplace(tensor.name(), from_proto(tensor, origin)).second) {
      throw InvalidModel(fmt::format("{} has two initializers named '{}'; export it again", origin,
                                     tensor.name()));
    }
  }
}

Graph graph_of(const onnx::GraphProto& proto, std::string_view origin, std::int64_t opset) {
  Graph graph;
  graph.name = proto.name();
  graph.opset = opset;
  read_initializers(proto, origin, graph);
  for (const auto& input : proto.input()) {
    // Before IR 4 initializers were listed as inputs too.
    if (graph.initializers.contains(input.name())) continue;
    graph.inputs.push_back(value_of(input, origin, true));
  }
  for (const auto& output : proto.output())
    graph.outputs.push_back(value_of(output, origin, false));
  for (const auto& node : proto.node()) graph.nodes.push_back(node_of(node, origin));
  if (graph.outputs.empty()) {
    throw InvalidModel(fmt::format("{} has no outputs or is truncated; export it again", origin));
  }
  return graph;
}

}  // namespace

Graph parse_onnx(std::string_view bytes, std::string_view origin) {
  onnx::ModelProto model;
  parse(model, bytes, origin, "ONNX model");
  const std::int64_t opset = check_header(model, origin);
  Graph graph = graph_of(model.graph(), origin, opset);
  try {
    sort_topologically(graph);
  } catch (const InvalidModel& error) {
    throw InvalidModel(fmt::format("{}: {}", origin, error.what()));
  }
  return graph;
}

Graph read_onnx(const std::filesystem::path& file) {
  return parse_onnx(read_file(file), file.string());
}

Tensor read_tensor(const std::filesystem::path& file) {
  onnx::TensorProto proto;
  parse(proto, read_file(file), file.string(), "serialized tensor");
  return from_proto(proto, file.string());
}

}  // namespace paretune::model
