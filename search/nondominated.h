// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "search/pareto.h"
#include "search/strategy.h"

namespace paretune::search {

/// Sum of what `trial` breaks its constraints by; 0: feasible.
double total_violation(const Trial& trial);

/// How good a trial is among others (Deb, Pratap, Agarwal & Meyarivan, A fast and elitist
/// multiobjective genetic algorithm: NSGA-II, 2002): less is better, lexicographically.
struct Standing {
  double violation = 0;   ///< feasible before infeasible, then the smaller violation (section VI)
  std::size_t front = 0;  ///< 0: dominated by no other feasible trial
  double crowding = 0;    ///< negated crowding distance: lonely before crowded

  friend auto operator<=>(const Standing&, const Standing&) = default;
};

/// Standing of each trial, none of which failed; all with the same number of objectives. O(n^2).
std::vector<Standing> standings(const std::vector<const Trial*>& trials);

}  // namespace paretune::search
