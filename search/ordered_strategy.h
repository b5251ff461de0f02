// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "search/strategy.h"

namespace paretune::search {

// Strategies whose sequence of points is fixed by the space and the seed alone: a told point is
// passed over, so that asking after a resume gives exactly the rest of the sequence.

/// Every valid point in rank order. The seed is not used.
std::unique_ptr<Strategy> make_exhaustive(const Space& space, std::uint64_t seed);

/// Valid points in random order, without replacement. Spaces of up to 2^18 points are permuted
/// uniformly (Fisher & Yates); larger ones are sampled axis by axis until 2^14 draws in a row gave
/// nothing new, and what is left is then enumerated with every axis shuffled.
std::unique_ptr<Strategy> make_random(const Space& space, std::uint64_t seed);

}  // namespace paretune::search
