// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace paretune::model {

/// Exponent and fraction bits of `size` (finite, not negative) in a binary floating format (IEEE
/// 754-2019, 3.4) with that many fraction bits and that exponent of the smallest normal number,
/// rounded once to nearest even. Exponents have no upper end here: the caller compares with the
/// largest code of its format.
inline std::int64_t float_code(double size, int fraction_bits, int min_exponent) {
  if (size == 0) return 0;
  const int exponent = std::max(std::ilogb(size), min_exponent);
  const double steps = std::nearbyint(std::ldexp(size, fraction_bits - exponent));
  // A normal significand carries the implicit one into the exponent field, as does rounding up.
  return (static_cast<std::int64_t>(exponent - min_exponent) << fraction_bits) +
         static_cast<std::int64_t>(steps);
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
