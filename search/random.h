// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

namespace paretune::search {

/// The engine's output is fixed by the C++ standard; the distributions of <random> are not, hence
/// the two draws below.
using Engine = std::mt19937_64;

/// Uniform in [0, bound), bound > 0 (Lemire, Fast Random Integer Generation in an Interval, 2019).
std::uint64_t draw_below(Engine& engine, std::uint64_t bound);

/// Standard normal (Box & Muller, 1958).
double draw_normal(Engine& engine);

}  // namespace paretune::search
