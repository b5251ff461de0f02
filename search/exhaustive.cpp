// SPDX-License-Identifier: Apache-2.0
#include "search/enumerator.h"
#include "search/ordered_strategy.h"
#include "search/point_set.h"

namespace paretune::search {

namespace {

class Exhaustive final : public Strategy {
 public:
  explicit Exhaustive(const Space& space) : points_(space) {}

  std::vector<Point> ask(std::size_t n) override {
    std::vector<Point> result;
    while (result.size() < n) {
      std::optional<Point> point = points_.next();
      if (!point) break;
      if (!told_.contains(*point)) result.push_back(std::move(*point));
    }
    return result;
  }

  void tell(const Point& point, const Trial&) override { told_.insert(point); }

 private:
  Enumerator points_;
  PointSet told_;
};

}  // namespace

std::unique_ptr<Strategy> make_exhaustive(const Space& space, std::uint64_t) {
  return std::make_unique<Exhaustive>(space);
}

}  // namespace paretune::search
