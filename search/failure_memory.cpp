// SPDX-License-Identifier: Apache-2.0
#include "search/failure_memory.h"

#include <algorithm>

namespace paretune::search {

namespace {

// Axes of one layer and of its neighbours stand next to each other; farther pairs would only cost.
constexpr std::size_t pair_reach = 12;
constexpr std::uint32_t suspicious = 3;  // failures without a success: fewer may be chance

}  // namespace

template <typename Visit>
void FailureMemory::for_each_pair(const Point& point, Visit visit) const {
  for (std::size_t i = 0; i < point.size(); ++i) {
    for (std::size_t j = i; j < std::min(point.size(), i + pair_reach); ++j) {
      // 16 bits each; what collides in larger spaces is blamed together.
      visit(static_cast<std::uint64_t>(i) << 48 | static_cast<std::uint64_t>(j) << 32 |
            (point[i] & 0xffffU) << 16 | (point[j] & 0xffffU));
    }
  }
}

void FailureMemory::tell(const Point& point, bool failed) {
  points_.push_back(point);
  failed_.push_back(failed ? 1 : 0);
  any_ = any_ || failed;
  rates_.reset();
  for_each_pair(point, [&](std::uint64_t key) {
    Count& count = pairs_[key];
    ++(failed ? count.failed : count.succeeded);
  });
}

double FailureMemory::chance(const Point& point) {
  if (!any_) return 0;
  if (!rates_) {
    std::vector<const Point*> points;
    for (const Point& told : points_) points.push_back(&told);
    rates_.emplace(space_, points, failed_);
  }
  double result = std::clamp((*rates_)(point), 0.0, 1.0);
  for_each_pair(point, [&](std::uint64_t key) {
    const auto found = pairs_.find(key);
    if (found == pairs_.end()) return;
    const Count& count = found->second;
    if (count.succeeded > 0 || count.failed < suspicious) return;
    result = std::max(result, count.failed / (count.failed + 1.0));
  });
  return result;
}

}  // namespace paretune::search
