// SPDX-License-Identifier: Apache-2.0
#include "model/float8.h"

#include <cassert>
#include <cmath>

#include "model/float_code.h"

namespace paretune::model {
namespace {

struct Format {
  int fraction_bits = 0;
  int min_exponent = 0;
  std::uint8_t sign = 0;          ///< the bit
  std::uint8_t largest = 0;       ///< code of the largest number
  std::uint8_t infinity = 0;      ///< 0 when there is none
  std::uint8_t nan = 0;           ///< 0 when there is none
  bool has_negative_zero = true;  ///< otherwise its code is the only NaN
};

Format format_of(ElementType type) {
  switch (type) {
    case ElementType::f8e4m3fn:
      return {3, -6, 0x80, 0x7E, 0, 0x7F, true};
    case ElementType::f8e4m3fnuz:
      return {3, -7, 0x80, 0x7F, 0, 0x80, false};
    case ElementType::f8e5m2:
      return {2, -14, 0x80, 0x7B, 0x7C, 0x7E, true};
    case ElementType::f8e5m2fnuz:
      return {2, -15, 0x80, 0x7F, 0, 0x80, false};
    default:
      assert(type == ElementType::f4e2m1);
      return {1, 0, 0x08, 0x07, 0, 0, true};
  }
}

constexpr int e8m0_bias = 127;
constexpr std::uint8_t e8m0_nan = 0xFF;

}  // namespace

bool is_small_float(ElementType type) {
  return type == ElementType::f8e4m3fn || type == ElementType::f8e4m3fnuz ||
         type == ElementType::f8e5m2 || type == ElementType::f8e5m2fnuz ||
         type == ElementType::f4e2m1;
}

float small_float_to_float(ElementType type, std::uint8_t bits) {
  const Format format = format_of(type);
  if (!format.has_negative_zero && bits == format.nan) return NAN;
  const int code = bits & (format.sign - 1);
  float size = NAN;
  if (code <= format.largest) {
    size = static_cast<float>(float_value(code, format.fraction_bits, format.min_exponent));
  } else if (format.infinity != 0 && code == format.infinity) {
    size = INFINITY;
  }
  return (bits & format.sign) != 0 ? -size : size;
}

std::uint8_t small_float_from_double(ElementType type, double value, bool saturate) {
  const Format format = format_of(type);
  const std::uint8_t sign = std::signbit(value) ? format.sign : 0;
  const std::uint8_t nan = format.has_negative_zero ? format.nan | sign : format.nan;
  // Minus zero is what ml_dtypes, and so ONNX, makes of NaN where a format has none.
  if (std::isnan(value)) return format.nan == 0 ? format.sign : nan;
  const bool finite = std::isfinite(value);
  const std::int64_t code =
      finite ? float_code(std::fabs(value), format.fraction_bits, format.min_exponent) : 0;
  if (finite && code <= format.largest) {
    if (code == 0 && !format.has_negative_zero) return 0;
    return static_cast<std::uint8_t>(sign | code);
  }
  if (saturate || format.nan == 0) return format.largest | sign;
  return format.infinity != 0 ? format.infinity | sign : nan;
}

float e8m0_to_float(std::uint8_t bits) {
  return bits == e8m0_nan ? NAN : std::ldexp(1.0F, bits - e8m0_bias);
}

std::uint8_t e8m0_from_double(double value, bool saturate, ScaleRounding rounding) {
  if (std::isnan(value)) return e8m0_nan;
  constexpr std::int64_t last = e8m0_nan - 1;
  std::int64_t code = -1;  // zero lies below the smallest power
  if (std::isinf(value)) {
    code = last + 1;
  } else if (value != 0) {
    int exponent = 0;
    const double fraction = std::frexp(std::fabs(value), &exponent);  // in [0.5, 1)
    const bool up = (rounding == ScaleRounding::up && fraction > 0.5) ||
                    (rounding == ScaleRounding::nearest && fraction >= 0.75);
    code = exponent - 1 + (up ? 1 : 0) + e8m0_bias;
  }
  if (code >= 0 && code <= last) return static_cast<std::uint8_t>(code);
  if (!saturate) return e8m0_nan;
  return static_cast<std::uint8_t>(code < 0 ? 0 : last);
}

std::span<std::uint8_t> bits8(Tensor& tensor) {
  assert(size_of(tensor.type()) == 1);
  return {reinterpret_cast<std::uint8_t*>(tensor.bytes().data()), tensor.count()};
}

std::span<const std::uint8_t> bits8(const Tensor& tensor) {
  assert(size_of(tensor.type()) == 1);
  return {reinterpret_cast<const std::uint8_t*>(tensor.bytes().data()), tensor.count()};
}

}  // namespace paretune::model
