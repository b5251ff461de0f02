// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/tensor.h"

namespace paretune::model {

/// The element type behind a number of TensorProto.DataType (onnx.proto), as attributes such as
/// Cast's `to` hold it. Throws UnsupportedModel, with the number, for types Paretune does not hold.
ElementType element_type_of_onnx(std::int64_t data_type);
/// Inverse.
std::int32_t onnx_data_type(ElementType type);
/// Bits of one element in TensorProto.raw_data, where several elements may share a byte, the first
/// one in its lowest bits.
std::size_t onnx_bits(ElementType type);

}  // namespace paretune::model
