// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "model/graph.h"

namespace paretune::model {

/// Serializes a graph as an ONNX ModelProto (IR 8, graph.opset). Deterministic: the same graph
/// gives the same bytes. read(write(g)) == g up to inferred values.
std::string to_onnx(const Graph& graph);
/// Writes to_onnx(graph); throws InvalidModel when the file cannot be written.
void write_onnx(const Graph& graph, const std::filesystem::path& file);

/// Writes one serialized TensorProto.
void write_tensor(const Tensor& tensor, std::string_view name, const std::filesystem::path& file);

}  // namespace paretune::model
