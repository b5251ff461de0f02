// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "model/tensor.h"

namespace paretune::model {

/// How a number that is no multiple of two to some power becomes an f8e8m0.
enum class ScaleRounding : std::uint8_t { up, down, nearest };

/// Whether the type is f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz or f4e2m1: formats with a sign, a
/// few exponent bits and a few fraction bits.
bool is_small_float(ElementType type);

/// The number such a code stands for (IEEE-like fields; "fn" has no infinity, "fnuz" neither
/// infinity nor negative zero: arXiv 2209.05433, 2206.02915; f4e2m1: OCP Microscaling 1.0). Exact.
float small_float_to_float(ElementType type, std::uint8_t bits);
/// The code of `value` rounded once to nearest even. What is too large becomes the largest number
/// when `saturate` is set (always in f4e2m1), else infinity, or NaN where the format has none (ONNX
/// Cast-25). NaN becomes zero in f4e2m1, which has none.
std::uint8_t small_float_from_double(ElementType type, double value, bool saturate);

/// f8e8m0, powers of two from 2^-127 to 2^127 and NaN (OCP Microscaling 1.0, E8M0). Exact.
float e8m0_to_float(std::uint8_t bits);
/// The code of |value| (negative numbers have none; ONNX leaves them open). Zero and what is out of
/// range becomes the nearest end when `saturate` is set, else NaN (ONNX Cast-25).
std::uint8_t e8m0_from_double(double value, bool saturate, ScaleRounding rounding);

/// The codes of a tensor whose elements take one byte each.
std::span<std::uint8_t> bits8(Tensor& tensor);
std::span<const std::uint8_t> bits8(const Tensor& tensor);

}  // namespace paretune::model
