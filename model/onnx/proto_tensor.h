// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "model/tensor.h"

namespace onnx {
class TensorProto;
}

namespace paretune::model {

/// Bytes of raw_data a tensor of that type and shape has. Throws InvalidModel for shapes that no
/// tensor can have, UnsupportedModel for element types.
std::int64_t stored_bytes(const onnx::TensorProto& proto, std::string_view origin);
/// The tensor a TensorProto holds. Sizes are checked before anything is allocated. Throws
/// InvalidModel when data and dims disagree, UnsupportedModel for data that is still
/// external (load_external_data() brings it in) or element types.
Tensor from_proto(const onnx::TensorProto& proto, std::string_view origin);
/// Fills name, type, dims and raw_data.
void to_proto(const Tensor& tensor, std::string_view name, onnx::TensorProto& proto);

}  // namespace paretune::model
