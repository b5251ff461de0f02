// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace paretune::search {

/// Objective vectors, all minimised, all of one length; NaN never dominates and is never on a
/// front.
using Objectives = std::vector<double>;

/// a is no worse everywhere and better somewhere (Deb et al., NSGA-II, 2002, section III).
bool dominates(std::span<const double> a, std::span<const double> b);

/// Indices of the non-dominated points, ascending; equal points are all kept. O(n log n) for two
/// objectives, O(n * front) otherwise.
std::vector<std::size_t> pareto_front(const std::vector<Objectives>& points);

/// Volume dominated by `points` and bounded by `reference` (every coordinate worse than all
/// points); points beyond the reference count nothing. Two or three objectives; throws
/// std::invalid_argument otherwise.
double hypervolume(const std::vector<Objectives>& points, const Objectives& reference);

/// Probability that each point is on the front when every objective is normal with the given
/// standard deviation, by `draws` seeded Monte Carlo draws.
std::vector<double> front_probability(const std::vector<Objectives>& means,
                                      const std::vector<Objectives>& deviations,
                                      std::size_t draws = 512);

}  // namespace paretune::search
