// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "search/strategy.h"

namespace paretune::search {

/// Multi-objective evolutionary search: parents by constrained non-dominated rank and crowding
/// (NSGA-II, Deb et al. 2002), crossover that keeps runs of neighbouring axes together, mutation
/// per axis. Of many offspring the one is taken that an additive model of the objectives likes best
/// under random weights (Knowles, ParEGO, 2006). Points that share values, or pairs of values, with
/// failures are proposed less often, but never ruled out.
///
/// What is asked next depends only on the seed, the set of points asked or told, and the trials in
/// the order they were told: a search that is told its past goes on as if never interrupted.
/// Gives every valid point in the end.
std::unique_ptr<Strategy> make_evolutionary(const Space& space, std::uint64_t seed);

}  // namespace paretune::search
