// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "model/tensor.h"

namespace onnx {
class TensorProto;
}

namespace paretune::model {

/// The tensor a TensorProto holds. Sizes are checked before anything is allocated. Throws
/// InvalidModel when data and dims disagree, UnsupportedModel for external data or element types.
Tensor from_proto(const onnx::TensorProto& proto, std::string_view origin);
/// Fills name, type, dims and raw_data.
void to_proto(const Tensor& tensor, std::string_view name, onnx::TensorProto& proto);

}  // namespace paretune::model
