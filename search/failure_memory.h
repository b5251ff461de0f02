// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "search/effects.h"
#include "search/space.h"

namespace paretune::search {

/// Learns which axis values, and which pairs of them, make points fail.
class FailureMemory {
 public:
  explicit FailureMemory(Space space) : space_(std::move(space)) {}

  /// `point` lies in the space.
  void tell(const Point& point, bool failed);
  /// Guessed chance in [0, 1] that a point fails; 0 while nothing has failed.
  double chance(const Point& point);

 private:
  struct Count {
    std::uint32_t failed = 0, succeeded = 0;
  };
  /// Calls visit(key) for every pair of values of axes at most `pair_reach` apart, also of one axis
  /// with itself.
  template <typename Visit>
  void for_each_pair(const Point& point, Visit visit) const;

  Space space_;
  std::vector<Point> points_;
  std::vector<double> failed_;  ///< per point: 1 or 0
  bool any_ = false;
  std::optional<Effects> rates_;  ///< fitted when first asked after a tell
  std::unordered_map<std::uint64_t, Count> pairs_;
};

}  // namespace paretune::search
