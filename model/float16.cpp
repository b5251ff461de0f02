// SPDX-License-Identifier: Apache-2.0
#include "model/float16.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

#include "model/float_code.h"

namespace paretune::model {
namespace {

/// Encodes `value` in a 16-bit format with that many fraction bits and that smallest normal
/// exponent.
std::uint16_t encode(double value, int fraction_bits, int min_exponent) {
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const auto infinity = static_cast<std::uint16_t>(0x7FFF >> fraction_bits << fraction_bits);
  if (std::isnan(value))
    return sign | infinity | static_cast<std::uint16_t>(1 << (fraction_bits - 1));
  if (std::isinf(value)) return sign | infinity;
  if (value == 0) return sign;
  const std::int64_t bits = float_code(std::fabs(value), fraction_bits, min_exponent);
  return sign | static_cast<std::uint16_t>(std::min<std::int64_t>(bits, infinity));
}

}  // namespace

std::uint16_t bf16_from_float(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>((bits >> 16) | 0x0040);
  return static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

float bf16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::uint16_t f16_from_double(double value) { return encode(value, 10, -14); }

std::uint16_t bf16_from_double(double value) { return encode(value, 7, -126); }

float f16_to_float(std::uint16_t bits) {
  constexpr std::uint32_t exponents = 0x7C00U << 13;
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t size = (bits & 0x7FFFU) << 13;
  if ((size & exponents) == exponents) {
    return std::bit_cast<float>(sign | 0x7F800000U | (size & ~exponents));  // infinity or NaN
  }
  // As f32 the bits are too small by the difference of the biases; subnormals come out right too.
  constexpr float rebias = 0x1p112F;
  return std::bit_cast<float>(sign |
                              std::bit_cast<std::uint32_t>(std::bit_cast<float>(size) * rebias));
}

std::span<std::uint16_t> bits16(Tensor& tensor) {
  assert(size_of(tensor.type()) == 2);
  return {reinterpret_cast<std::uint16_t*>(tensor.bytes().data()), tensor.count()};
}

std::span<const std::uint16_t> bits16(const Tensor& tensor) {
  assert(size_of(tensor.type()) == 2);
  return {reinterpret_cast<const std::uint16_t*>(tensor.bytes().data()), tensor.count()};
}

}  // namespace paretune::model
