// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "model/graph.h"

namespace paretune::model {

/// Reads an ONNX model file (IR 3 to 14, default operator set 7 to 28): nodes sorted topologically,
/// initializers loaded, external data from its own folder. Throws InvalidModel when the file is
/// missing, truncated or inconsistent, UnsupportedModel for what is well formed but not handled.
Graph read_onnx(const std::filesystem::path& file);
/// The same from bytes; `origin` names them in messages, `folder` is where external data may be.
Graph parse_onnx(std::string_view bytes, std::string_view origin,
                 const std::filesystem::path& folder = {});

/// All bytes of a regular file of at most 2 GiB, protobuf's limit. Throws InvalidModel,
/// UnsupportedModel.
std::string read_model_bytes(const std::filesystem::path& file);
/// The folder external data of that model may be in.
std::filesystem::path folder_of(const std::filesystem::path& file);

/// Reads one serialized TensorProto (`input_0.pb` of the ONNX test data layout).
Tensor read_tensor(const std::filesystem::path& file);

}  // namespace paretune::model
