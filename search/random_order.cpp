// SPDX-License-Identifier: Apache-2.0
#include <numeric>
#include <utility>

#include "search/enumerator.h"
#include "search/ordered_strategy.h"
#include "search/point_set.h"
#include "search/random.h"

namespace paretune::search {

namespace {

constexpr std::uint64_t permuted_limit = 1ULL << 18;  // 2 MB of ranks
constexpr int fruitless_limit = 1 << 14;  // draws in a row, before enumeration takes over

class RandomOrder final : public Strategy {
 public:
  RandomOrder(Space space, std::uint64_t seed) : space_(std::move(space)), engine_(seed) {
    const std::uint64_t count = space_.cardinality();
    if (count > permuted_limit) return;
    ranks_.resize(count);
    std::iota(ranks_.begin(), ranks_.end(), 0U);
    enumerating_ = true;
  }

  std::vector<Point> ask(std::size_t n) override {
    std::vector<Point> result;
    while (result.size() < n) {
      std::optional<Point> point = next();
      if (!point) break;
      if (!told_.contains(*point)) result.push_back(std::move(*point));
    }
    return result;
  }

  void tell(const Point& point, const Trial&) override { told_.insert(point); }

 private:
  // The sequence must not depend on what was told, or a resumed search would take another way:
  // `drawn_` and `told_` are therefore kept apart.
  std::optional<Point> next() {
    while (!ranks_.empty()) {
      std::swap(ranks_[draw_below(engine_, ranks_.size())], ranks_.back());
      Point point = space_.at(ranks_.back());
      ranks_.pop_back();
      if (space_.valid(point)) return point;
    }
    if (!enumerating_) {
      if (std::optional<Point> point = sample()) return point;
      start_enumeration();
    }
    while (rest_) {
      std::optional<Point> point = rest_->next();
      if (!point || !drawn_.contains(*point)) return point;
    }
    return std::nullopt;
  }

  std::optional<Point> sample() {
    Point point(space_.parameters().size());
    for (int attempt = 0; attempt < fruitless_limit; ++attempt) {
      for (std::size_t i = 0; i < point.size(); ++i) {
        const std::uint64_t length = space_.parameters()[i].values.size();
        point[i] = static_cast<std::uint32_t>(draw_below(engine_, length));
      }
      if (space_.valid(point) && drawn_.insert(point).second) return point;
    }
    return std::nullopt;
  }

  void start_enumeration() {
    enumerating_ = true;
    std::vector<std::vector<std::uint32_t>> order;
    for (const Parameter& parameter : space_.parameters()) {
      std::vector<std::uint32_t>& indices = order.emplace_back(parameter.values.size());
      std::iota(indices.begin(), indices.end(), 0U);
      for (std::size_t i = indices.size(); i > 1; --i) {
        std::swap(indices[i - 1], indices[draw_below(engine_, i)]);
      }
    }
    rest_.emplace(space_, std::move(order));
  }

  Space space_;
  Engine engine_;
  std::vector<std::uint32_t> ranks_;  ///< not yet drawn, when the space is small
  bool enumerating_ = false;          ///< sampling is over, or was never needed
  std::optional<Enumerator> rest_;
  PointSet drawn_, told_;
};

}  // namespace

std::unique_ptr<Strategy> make_random(const Space& space, std::uint64_t seed) {
  return std::make_unique<RandomOrder>(space, seed);
}

}  // namespace paretune::search
