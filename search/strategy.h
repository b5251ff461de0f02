// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "search/space.h"

namespace paretune::search {

/// What came of trying a point (seam H). Objectives are minimised; empty when it failed.
struct Trial {
  std::vector<double> objectives;
  std::vector<double> variances;   ///< same length as objectives, or empty
  std::vector<double> violations;  ///< > 0: that constraint is broken by so much
  bool failed = false;
  double cost_seconds = 0;
};

/// Proposes points (ask) and learns from their trials (tell); never owns the loop. Deterministic:
/// the same space, seed and sequence of calls give the same points.
class Strategy {
 public:
  virtual ~Strategy() = default;
  /// Up to n valid points never asked for before; fewer only when the space is exhausted.
  virtual std::vector<Point> ask(std::size_t n) = 0;
  /// Points may be told that were never asked (resume, seeds); they are then not asked again.
  virtual void tell(const Point& point, const Trial& trial) = 0;
};

/// A row of list.cpp: the one place to add a strategy.
struct StrategyEntry {
  std::string_view name;  ///< "exhaustive", "random"
  std::string_view summary;
  std::function<std::unique_ptr<Strategy>(const Space&, std::uint64_t seed)> make;
};
const std::vector<StrategyEntry>& strategies();
/// Throws std::invalid_argument that lists the known names.
std::unique_ptr<Strategy> make_strategy(std::string_view name, const Space& space,
                                        std::uint64_t seed);

}  // namespace paretune::search
