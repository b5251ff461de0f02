// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "model/graph.h"

namespace paretune::model {

/// Reads an ONNX model file (IR ≥ 3, default operator set ≥ 7): nodes sorted topologically,
/// initializers loaded. Throws InvalidModel when the file is missing, truncated or inconsistent.
Graph read_onnx(const std::filesystem::path& file);
/// The same from bytes; `origin` names them in messages.
Graph parse_onnx(std::string_view bytes, std::string_view origin);

/// Reads one serialized TensorProto (`input_0.pb` of the ONNX test data layout).
Tensor read_tensor(const std::filesystem::path& file);

}  // namespace paretune::model
