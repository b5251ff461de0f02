// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/tensor.h"

namespace paretune::model {

/// bfloat16 bits of `value`, rounded to nearest even; NaN stays a (quiet) NaN. (ONNX Cast-13,
/// "round half to even".)
std::uint16_t bf16_from_float(float value);
/// Exact.
float bf16_to_float(std::uint16_t bits);

/// IEEE 754 binary16 bits of `value`, rounded once to nearest even; overflow gives infinity.
std::uint16_t f16_from_double(double value);
/// bfloat16 bits of `value`, rounded once (no float in between).
std::uint16_t bf16_from_double(double value);
/// Exact.
float f16_to_float(std::uint16_t bits);

/// The 16-bit patterns of an f16 or bf16 tensor.
std::span<std::uint16_t> bits16(Tensor& tensor);
std::span<const std::uint16_t> bits16(const Tensor& tensor);

}  // namespace paretune::model
