// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/writer.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx.pb.h>

#include <fstream>
#include <set>

#include "model/captures.h"
#include "model/errors.h"
#include "model/onnx/data_type.h"
#include "model/onnx/proto_tensor.h"

namespace paretune::model {
namespace {

constexpr std::int64_t written_ir = 8;

/// Writes one attribute; one overload per kind of value.
struct AttributeWriter {
  onnx::AttributeProto& proto;

  void operator()(std::int64_t value) const {
    proto.set_type(onnx::AttributeProto::INT);
    proto.set_i(value);
  }
  void operator()(float value) const {
    proto.set_type(onnx::AttributeProto::FLOAT);
    proto.set_f(value);
  }
  void operator()(const std::string& value) const {
    proto.set_type(onnx::AttributeProto::STRING);
    proto.set_s(value);
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    proto.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) proto.add_ints(value);
  }
  void operator()(const std::vector<float>& values) const {
    proto.set_type(onnx::AttributeProto::FLOATS);
    for (const float value : values) proto.add_floats(value);
  }
  void operator()(const std::vector<std::string>& values) const {
    proto.set_type(onnx::AttributeProto::STRINGS);
    for (const auto& value : values) proto.add_strings(value);
  }
  void operator()(const Tensor& value) const {
    proto.set_type(onnx::AttributeProto::TENSOR);
    to_proto(value, "", *proto.mutable_t());
  }
  void operator()(const std::shared_ptr<const Graph>&) const {}  // needs names: GraphWriter
};

void write(const ValueInfo& value, onnx::ValueInfoProto& proto) {
  proto.set_name(value.name);
  auto* tensor = proto.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(onnx_data_type(value.type));
  auto* shape = tensor->mutable_shape();
  for (std::size_t i = 0; i < value.shape.size(); ++i) {
    auto* dim = shape->add_dim();
    if (value.shape[i] >= 0) {
      dim->set_dim_value(value.shape[i]);
      continue;
    }
    const bool named = i < value.dim_names.size() && !value.dim_names[i].empty();
    if (named) dim->set_dim_param(value.dim_names[i]);
  }
}

/// Writes a graph and the branches within it, whose values get names nothing around them has.
class GraphWriter {
 public:
  explicit GraphWriter(const Graph& graph) {
    for (const auto& input : graph.inputs) taken_.insert(input.name);
    for (const auto& [name, tensor] : graph.initializers) taken_.insert(name);
    for (const auto& node : graph.nodes) taken_.insert(node.outputs.begin(), node.outputs.end());
  }

  void write(const Graph& graph, onnx::GraphProto& proto) {
    proto.set_name(graph.name);
    for (const auto& output : graph.outputs) model::write(output, *proto.add_output());
    for (const auto& node : graph.nodes) write(node, *proto.add_node());
    for (const auto& [name, tensor] : graph.initializers) {
      to_proto(tensor, name, *proto.add_initializer());
    }
  }

 private:
  void write(const Node& node, onnx::NodeProto& proto) {
    proto.set_name(node.name);
    proto.set_op_type(node.op_type);
    if (!node.domain.empty()) proto.set_domain(node.domain);
    bool branches = false;
    for (const auto& [name, value] : node.attributes) {
      auto* attribute = proto.add_attribute();
      attribute->set_name(name);
      std::visit(AttributeWriter{*attribute}, value);
      if (const auto* branch = std::get_if<std::shared_ptr<const Graph>>(&value)) {
        attribute->set_type(onnx::AttributeProto::GRAPH);
        write(renamed(**branch, captures_of(node), taken_), *attribute->mutable_g());
        branches = true;
      }
    }
    // A branch reads what it captures by name alone.
    const std::size_t inputs = branches ? 1 : node.inputs.size();
    for (std::size_t i = 0; i < inputs; ++i) proto.add_input(node.input(i));
    for (const auto& output : node.outputs) proto.add_output(output);
  }

  std::set<std::string> taken_;
};

std::string serialize(const google::protobuf::MessageLite& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializePartialToCodedStream(&coded);
  }
  return bytes;
}

void write_file(const std::string& bytes, const std::filesystem::path& file) {
  std::ofstream stream(file, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) {
    throw InvalidModel(file.string() +
                       " cannot be written; check that its folder exists and has space");
  }
}

}  // namespace

std::string to_onnx(const Graph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(written_ir);
  model.set_producer_name("paretune");
  std::set<std::string> domains = {""};
  for (const auto& node : graph.nodes) domains.insert(node.domain);
  for (const auto& domain : domains) {
    auto* set = model.add_opset_import();
    set->set_domain(domain);
    set->set_version(domain.empty() ? graph.opset : 1);
  }
  auto* proto = model.mutable_graph();
  for (const auto& input : graph.inputs) write(input, *proto->add_input());
  GraphWriter(graph).write(graph, *proto);
  return serialize(model);
}

void write_onnx(const Graph& graph, const std::filesystem::path& file) {
  write_file(to_onnx(graph), file);
}

void write_tensor(const Tensor& tensor, std::string_view name, const std::filesystem::path& file) {
  onnx::TensorProto proto;
  to_proto(tensor, name, proto);
  write_file(serialize(proto), file);
}

}  // namespace paretune::model
