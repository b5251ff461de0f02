// SPDX-License-Identifier: Apache-2.0
#include "search/random.h"

#include <cmath>
#include <numbers>

namespace paretune::search {

namespace {
__extension__ using Wide = unsigned __int128;
}

std::uint64_t draw_below(Engine& engine, std::uint64_t bound) {
  Wide product = static_cast<Wide>(engine()) * bound;
  // The low word tells whether this draw falls in the part that would favour small results.
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold) {
      product = static_cast<Wide>(engine()) * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double draw_normal(Engine& engine) {
  // 53 bits each; the first is moved off zero for the logarithm.
  const double u = (static_cast<double>(engine() >> 11) + 0.5) * 0x1p-53;
  const double v = static_cast<double>(engine() >> 11) * 0x1p-53;
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

}  // namespace paretune::search
