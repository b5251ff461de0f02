// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/reader.h"

#include <fmt/format.h>
#include <onnx.pb.h>

#include <fstream>
#include <limits>

#include "model/errors.h"
#include "model/onnx/external_data.h"
#include "model/onnx/proto_graph.h"
#include "model/onnx/proto_tensor.h"

namespace paretune::model {
namespace {

// The newest are those of ONNX 1.23; later ones may mean other things by the same names.
constexpr std::int64_t oldest_ir = 3, newest_ir = 14;
constexpr std::int64_t oldest_opset = 7, newest_opset = 28;

constexpr std::uintmax_t largest_file = std::numeric_limits<int>::max();

[[noreturn]] void refuse_size(std::string_view origin, std::string_view what) {
  throw UnsupportedModel(fmt::format(
      "{} is larger than the 2 GiB a protobuf file may have; save the {} with external data",
      origin, what));
}

template <typename Proto>
void parse(Proto& proto, std::string_view bytes, std::string_view origin, std::string_view what) {
  if (bytes.size() > largest_file) refuse_size(origin, what);
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
    if (!set.domain().empty() && set.domain() != "ai.onnx") continue;
    if (opset != 0 && opset != set.version()) {
      throw InvalidModel(
          fmt::format("{} imports two versions of the default operator set, {} and "
                      "{}; export it again",
                      origin, opset, set.version()));
    }
    opset = set.version();
  }
  if (model.ir_version() < oldest_ir || model.ir_version() > newest_ir || opset < oldest_opset ||
      opset > newest_opset) {
    throw UnsupportedModel(fmt::format(
        "{} has IR version {} and operator set {}, but {} to {} and {} to {} are supported; export "
        "it with another operator set",
        origin, model.ir_version(), opset, oldest_ir, newest_ir, oldest_opset, newest_opset));
  }
  return opset;
}

}  // namespace

Graph parse_onnx(std::string_view bytes, std::string_view origin,
                 const std::filesystem::path& folder) {
  onnx::ModelProto model;
  parse(model, bytes, origin, "ONNX model");
  const std::int64_t opset = check_header(model, origin);
  const std::string external = load_external_data(model, folder, origin);
  Graph graph = graph_of(model.graph(), origin, opset, 0);
  graph.external_hash = external;
  try {
    sort_topologically(graph);
  } catch (const InvalidModel& error) {
    throw InvalidModel(fmt::format("{}: {}", origin, error.what()));
  }
  return graph;
}

Graph read_onnx(const std::filesystem::path& file) {
  return parse_onnx(read_model_bytes(file), file.string(), folder_of(file));
}

std::string read_model_bytes(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw InvalidModel(file.string() + " is missing or no regular file; check the path");
  }
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (!error && size > largest_file) refuse_size(file.string(), "model");
  std::ifstream stream(file, std::ios::binary);
  if (!stream || error) {
    throw InvalidModel(file.string() + " cannot be opened; check its permissions");
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream) throw InvalidModel(file.string() + " cannot be read to its end; copy it again");
  return bytes;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

Tensor read_tensor(const std::filesystem::path& file) {
  onnx::TensorProto proto;
  parse(proto, read_model_bytes(file), file.string(), "serialized tensor");
  return from_proto(proto, file.string());
}

}  // namespace paretune::model
