// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/reader.h"

#include <fmt/format.h>
#include <onnx.pb.h>

#include <fstream>
#include <iterator>
#include <limits>

#include "model/errors.h"
#include "model/onnx/proto_graph.h"
#include "model/onnx/proto_tensor.h"

namespace paretune::model {
namespace {

constexpr std::int64_t oldest_ir = 3;
constexpr std::int64_t oldest_opset = 7;

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

}  // namespace

Graph parse_onnx(std::string_view bytes, std::string_view origin) {
  onnx::ModelProto model;
  parse(model, bytes, origin, "ONNX model");
  const std::int64_t opset = check_header(model, origin);
  Graph graph = graph_of(model.graph(), origin, opset, 0);
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
