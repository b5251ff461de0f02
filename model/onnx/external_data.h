// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace onnx {
class ModelProto;
}

namespace paretune::model {

/// Brings tensors kept beside the model (TensorProto.external_data: location, offset, length; see
/// onnx.ai/onnx/repo-docs/ExternalData) into it as raw_data. Only regular files below `folder` are
/// read: a location that is absolute, has "..", or passes through a link is refused with
/// InvalidModel, as is data the file does not have. With an empty folder, external data is
/// UnsupportedModel. Returns a hash of what was read, "" when there was nothing.
std::string load_external_data(onnx::ModelProto& model, const std::filesystem::path& folder,
                               std::string_view origin);

}  // namespace paretune::model
