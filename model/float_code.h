// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace paretune::model {

/// Exponent and fraction bits of `size` (finite, not negative) in a binary floating format (IEEE
/// 754-2019, 3.4) with that many fraction bits and that exponent of the smallest normal number,
/// rounded once to nearest even. Exponents have no upper end here: the caller compares with the
/// largest code of its format.
inline std::int64_t float_code(double size, int fraction_bits, int min_exponent) {
  constexpr int stored_bits = 52, bias = 1023;  // of double
  auto bits = std::bit_cast<std::uint64_t>(size);
  if (static_cast<int>(bits >> stored_bits) - bias < min_exponent) {
    return static_cast<std::int64_t>(
        std::nearbyint(std::ldexp(size, fraction_bits - min_exponent)));
  }
  // Half a unit of the last place, less a bit where that would round a tie to odd; what is carried
  // runs into the exponent, as it should.
  const int dropped = stored_bits - fraction_bits;
  bits += (std::uint64_t{1} << (dropped - 1)) - 1 + (bits >> dropped & 1);
  return static_cast<std::int64_t>(bits >> dropped) -
         (static_cast<std::int64_t>(min_exponent + bias - 1) << fraction_bits);
}

/// Inverse for every code of a finite number; exact.
inline double float_value(std::int64_t code, int fraction_bits, int min_exponent) {
  const std::int64_t one = std::int64_t{1} << fraction_bits;
  const auto exponent = static_cast<int>(code >> fraction_bits);
  const std::int64_t fraction = code & (one - 1);
  if (exponent == 0) return std::ldexp(static_cast<double>(fraction), min_exponent - fraction_bits);
  return std::ldexp(static_cast<double>(fraction + one),
                    exponent - 1 + min_exponent - fraction_bits);
}

}  // namespace paretune::model
