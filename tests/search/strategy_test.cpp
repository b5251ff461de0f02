// SPDX-License-Identifier: Apache-2.0
#include "search/strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <stdexcept>

#include "tests/search/spaces.h"

namespace paretune::search {
namespace {

using testing::grid;
using testing::random_space;

std::vector<Point> all_valid(const Space& space) {
  std::vector<Point> points;
  for (std::uint64_t rank = 0; rank < space.cardinality(); ++rank) {
    Point point = space.at(rank);
    if (space.valid(point)) points.push_back(point);
  }
  return points;
}

std::vector<Point> ask_all(Strategy& strategy, std::size_t at_a_time) {
  std::vector<Point> points;
  while (true) {
    const std::vector<Point> some = strategy.ask(at_a_time);
    points.insert(points.end(), some.begin(), some.end());
    if (some.size() < at_a_time) return points;
  }
}

/// Two axes and the rule x0 + x1 <= limit, in a space of `axes` axes.
Space bounded(int axes, int length, std::int64_t limit) {
  Space space = grid(axes, length);
  Constraint constraint;
  for (int i = 0; i < axes; ++i) constraint.terms.push_back({1, {testing::name('x', i)}});
  constraint.limit = limit;
  space.add(constraint);
  return space;
}

class EveryStrategy : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryStrategy, GivesEveryValidPointOnce) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Space space = random_space(seed);
    std::vector<Point> given = ask_all(*make_strategy(GetParam(), space, seed), 1 + seed % 5);
    std::sort(given.begin(), given.end());
    ASSERT_EQ(given, all_valid(space)) << "seed " << seed;
  }
}

TEST_P(EveryStrategy, IsDeterministicWhateverTheBatch) {
  const Space space = bounded(4, 7, 9);
  const auto once = make_strategy(GetParam(), space, 42)->ask(100000);
  EXPECT_EQ(ask_all(*make_strategy(GetParam(), space, 42), 13), once);
  const Space huge = grid(40, 5);
  EXPECT_EQ(make_strategy(GetParam(), huge, 1)->ask(500),
            make_strategy(GetParam(), huge, 1)->ask(500));
}

TEST_P(EveryStrategy, ResumesWithTheRestOfTheSequence) {
  std::mt19937 engine(5);
  for (const Space& space : {random_space(3), bounded(4, 6, 7), bounded(3, 30, 29), grid(30, 6)}) {
    const auto whole = make_strategy(GetParam(), space, 9)->ask(3000);
    for (int round = 0; round < 10; ++round) {
      const std::size_t cut = engine() % (whole.size() + 1);
      const auto resumed = make_strategy(GetParam(), space, 9);
      for (std::size_t i = 0; i < cut; ++i) resumed->tell(whole[i], Trial{});
      const auto rest = resumed->ask(whole.size() - cut);
      const auto at = whole.begin() + static_cast<std::ptrdiff_t>(cut);
      ASSERT_EQ(rest, std::vector<Point>(at, whole.end())) << "cut " << cut;
    }
  }
}

TEST_P(EveryStrategy, ResumesAfterGapsAndMidway) {
  // Told: what was evaluated (any subset: workers finish out of order). Union must be the same set.
  std::mt19937 engine(6);
  const Space space = bounded(4, 6, 7);
  const auto whole = make_strategy(GetParam(), space, 11)->ask(100000);
  const std::set<Point> expected(whole.begin(), whole.end());
  for (int round = 0; round < 20; ++round) {
    const auto resumed = make_strategy(GetParam(), space, 11);
    std::set<Point> seen;
    std::size_t count = 0;
    const auto tell_some = [&] {
      for (const Point& point : whole) {
        if (engine() % 3 == 0 && seen.insert(point).second) {
          resumed->tell(point, Trial{});
          ++count;
        }
      }
    };
    tell_some();
    for (const Point& point : resumed->ask(7)) count += seen.insert(point).second ? 1 : 1000;
    tell_some();
    for (const Point& point : resumed->ask(100000)) count += seen.insert(point).second ? 1 : 1000;
    ASSERT_EQ(seen, expected);
    ASSERT_EQ(count, expected.size()) << "a point was given twice";
  }
}

TEST_P(EveryStrategy, EndsWhenNothingIsValid) {
  EXPECT_TRUE(make_strategy(GetParam(), bounded(4, 6, -1), 1)->ask(5).empty());
  EXPECT_TRUE(make_strategy(GetParam(), bounded(60, 9, -1), 1)->ask(5).empty());
  // Contradictory rules that no bound shows before the last axis: 9^12 points, so patience must
  // end.
  Space odd = grid(12, 9);
  odd.add(Constraint{{{1, {"x0"}}, {-1, {"x11"}}}, -1, "", "", ""});
  odd.add(Constraint{{{1, {"x11"}}, {-1, {"x0"}}}, -1, "", "", ""});
  EXPECT_TRUE(make_strategy(GetParam(), odd, 1)->ask(5).empty());
}

TEST_P(EveryStrategy, FindsTheFewPointsOfAHugeSpace) {
  // Sum of 40 axes of 16 values at most 1: 41 valid points of 2^160, hopeless for sampling.
  const auto strategy = make_strategy(GetParam(), bounded(40, 16, 1), 3);
  const auto points = strategy->ask(1000);
  EXPECT_EQ(std::set<Point>(points.begin(), points.end()).size(), 41U);
  EXPECT_EQ(points.size(), 41U);
  EXPECT_TRUE(strategy->ask(1).empty());
}

TEST_P(EveryStrategy, ExhaustsASpaceTooLargeToPermute) {
  const Space space = bounded(2, 600, 700);  // 360,000 points
  std::vector<Point> given = make_strategy(GetParam(), space, 3)->ask(400000);
  std::sort(given.begin(), given.end());
  EXPECT_EQ(given, all_valid(space));
}

TEST_P(EveryStrategy, HandlesASpaceWithoutAxes) {
  const auto strategy = make_strategy(GetParam(), Space(), 1);
  EXPECT_EQ(strategy->ask(3), (std::vector<Point>{{}}));
  EXPECT_TRUE(strategy->ask(3).empty());
}

INSTANTIATE_TEST_SUITE_P(List, EveryStrategy,
                         ::testing::Values("exhaustive", "random", "evolutionary"),
                         [](const auto& tested) { return tested.param; });

TEST(Exhaustive, GoesInRankOrder) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const Space space = random_space(seed);
    ASSERT_EQ(make_strategy("exhaustive", space, seed)->ask(100000), all_valid(space));
  }
}

TEST(Random, SeedsGiveDifferentOrders) {
  const Space space = grid(3, 8);
  EXPECT_NE(make_strategy("random", space, 1)->ask(20), make_strategy("random", space, 2)->ask(20));
}

TEST(Random, FirstPointIsUniform) {
  const Space space = bounded(2, 6, 100);
  std::map<Point, int> counts;
  constexpr int draws = 7200;
  for (int seed = 0; seed < draws; ++seed) {
    ++counts[make_strategy("random", space, static_cast<std::uint64_t>(seed))->ask(1).front()];
  }
  ASSERT_EQ(counts.size(), 36U);
  double chi_square = 0;
  for (const auto& [point, count] : counts) {
    const double expected = draws / 36.0;
    chi_square += (count - expected) * (count - expected) / expected;
  }
  EXPECT_LT(chi_square, 66.6);  // 0.1 % point for 35 degrees of freedom
}

TEST(Random, SamplesEveryAxisOfAHugeSpace) {
  const auto points = make_strategy("random", grid(40, 5), 8)->ask(500);
  ASSERT_EQ(std::set<Point>(points.begin(), points.end()).size(), 500U);
  for (std::size_t axis = 0; axis < 40; ++axis) {
    std::map<std::uint32_t, int> counts;
    for (const Point& point : points) ++counts[point[axis]];
    for (std::uint32_t value = 0; value < 5; ++value) EXPECT_GT(counts[value], 50);
  }
}

TEST(Strategies, UnknownNameListsTheKnown) {
  try {
    make_strategy("annealing", Space(), 1);
    FAIL() << "no exception";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("exhaustive"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("random"));
  }
}

}  // namespace
}  // namespace paretune::search
