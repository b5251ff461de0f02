// SPDX-License-Identifier: Apache-2.0
#include "search/evolutionary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "search/failure_memory.h"
#include "search/nondominated.h"
#include "search/random.h"
#include "tests/search/recorded_study.h"
#include "tests/search/spaces.h"

namespace paretune::search {
namespace {

using testing::grid;
using testing::random_space;

/// Two objectives that disagree: the sum of the indices, and of their distances from the end.
Trial judge(const Space& space, const Point& point) {
  Trial trial;
  trial.objectives = {0, 0};
  for (std::size_t i = 0; i < point.size(); ++i) {
    const double last = static_cast<double>(space.parameters()[i].values.size() - 1);
    trial.objectives[0] += point[i];
    trial.objectives[1] += (last - point[i]) * (last - point[i]);
  }
  return trial;
}

using History = std::vector<std::pair<Point, Trial>>;

/// Asks `batch` at a time and tells each, `count` in all.
template <typename Judge>
History run(Strategy& strategy, std::size_t count, std::size_t batch, Judge judged) {
  History history;
  while (history.size() < count) {
    const auto asked = strategy.ask(std::min(batch, count - history.size()));
    if (asked.empty()) break;
    for (const Point& point : asked) {
      history.emplace_back(point, judged(point));
      strategy.tell(point, history.back().second);
    }
  }
  return history;
}

std::vector<Point> points_of(const History& history) {
  std::vector<Point> points;
  for (const auto& [point, trial] : history) points.push_back(point);
  return points;
}

/// Fails at random, has NaN now and then, and breaks constraints: whatever may come.
Trial fault(const Space& space, const Point& point) {
  std::uint64_t digest = 7;
  for (const std::uint32_t index : point) digest = digest * 31 + index;
  Engine engine(digest);
  Trial trial = judge(space, point);
  trial.violations = {static_cast<double>(draw_below(engine, 5)) - 2.0};
  switch (draw_below(engine, 6)) {
    case 0:
      trial = {};
      trial.failed = true;
      break;
    case 1:
      trial.objectives[0] = std::numeric_limits<double>::quiet_NaN();
      break;
    case 2:
      trial.objectives[1] = std::numeric_limits<double>::infinity();
      break;
    default:
      break;
  }
  return trial;
}

TEST(Evolutionary, GivesEveryValidPointOnceWhateverItIsTold) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    const Space space = random_space(seed);
    std::set<Point> valid;
    for (std::uint64_t rank = 0; rank < space.cardinality(); ++rank) {
      if (space.valid(space.at(rank))) valid.insert(space.at(rank));
    }
    const auto strategy = make_evolutionary(space, seed);
    const auto points = points_of(run(*strategy, valid.size() + 10, 1 + seed % 4,
                                      [&](const Point& point) { return fault(space, point); }));
    ASSERT_EQ(points.size(), valid.size()) << seed;
    ASSERT_EQ(std::set<Point>(points.begin(), points.end()), valid) << seed;
    EXPECT_TRUE(strategy->ask(1).empty());
  }
}

TEST(Evolutionary, NeverGivesFewerThanAskedInAHugeSpace) {
  Space space = grid(60, 2);  // 2^60 points, half of them forbidden
  Constraint constraint;
  for (int i = 0; i < 60; ++i) constraint.terms.push_back({1, {testing::name('x', i)}});
  constraint.limit = 30;
  space.add(constraint);
  const auto strategy = make_evolutionary(space, 1);
  std::set<Point> seen;
  for (int round = 0; round < 20; ++round) {
    const auto asked = strategy->ask(8);
    ASSERT_EQ(asked.size(), 8U);
    for (const Point& point : asked) {
      EXPECT_TRUE(space.valid(point));
      EXPECT_TRUE(seen.insert(point).second);
      strategy->tell(point, judge(space, point));
    }
  }
}

TEST(Evolutionary, IsDeterministicBySeed) {
  const Space space = grid(8, 5);
  const auto once = [&](std::uint64_t seed) {
    return points_of(run(*make_evolutionary(space, seed), 60, 3,
                         [&](const Point& point) { return fault(space, point); }));
  };
  EXPECT_EQ(once(1), once(1));
  EXPECT_NE(once(1), once(2));
}

TEST(Evolutionary, ToldItsPastGoesOnAsIfNeverInterrupted) {
  const Space space = grid(8, 5);
  const auto told = [&](const Point& point) { return fault(space, point); };
  const History whole = run(*make_evolutionary(space, 5), 60, 1, told);
  for (std::size_t cut = 0; cut < whole.size(); cut += 7) {
    const auto resumed = make_evolutionary(space, 5);
    for (std::size_t i = 0; i < cut; ++i) resumed->tell(whole[i].first, whole[i].second);
    const auto rest = points_of(run(*resumed, whole.size() - cut, 1, told));
    const auto all = points_of(whole);
    ASSERT_EQ(rest, std::vector<Point>(all.begin() + static_cast<std::ptrdiff_t>(cut), all.end()));
  }
}

TEST(Evolutionary, AvoidsValuesAndPairsThatKeepFailing) {
  const Space space = grid(10, 3);
  // One value in three of an axis always fails, and one pair of values of two others.
  const auto fails = [](const Point& point) {
    return point[2] == 1 || (point[6] == 0 && point[7] == 2);
  };
  int early = 0, late = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto history = run(*make_evolutionary(space, seed), 80, 1, [&](const Point& point) {
      if (!fails(point)) return judge(space, point);
      Trial failed;
      failed.failed = true;
      return failed;
    });
    for (std::size_t i = 0; i < 15; ++i) early += fails(history[i].first) ? 1 : 0;
    for (std::size_t i = 65; i < 80; ++i) late += fails(history[i].first) ? 1 : 0;
  }
  EXPECT_GT(early, 60);  // of 300; blindly 41 % fail
  EXPECT_LT(late, early / 4);
}

TEST(Evolutionary, LeavesARegionWhereEverythingFails) {
  // Only the corner where the first three axes are 0 works: 1 in 64.
  const Space space = grid(6, 4);
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const auto& [point, trial] :
         run(*make_evolutionary(space, seed), 400, 1, [&](const Point& at) {
           if (at[0] + at[1] + at[2] == 0) return judge(space, at);
           Trial failed;
           failed.failed = true;
           return failed;
         })) {
      found += trial.failed ? 0 : 1;
    }
  }
  EXPECT_GT(found, 10 * 2 * 400 / 64);  // at least twice what chance gives
}

TEST(Evolutionary, FindsTheFeasibleCorner) {
  // Constraint: the sum of the indices at most 6 of 30. Chance alone: 2 % of the points.
  const Space space = grid(10, 4);
  std::size_t feasible = 0, by_chance = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const char* name : {"evolutionary", "random"}) {
      const auto history = run(*make_strategy(name, space, seed), 80, 1, [&](const Point& point) {
        Trial trial = judge(space, point);
        trial.violations = {trial.objectives[0] - 6};
        return trial;
      });
      for (const auto& [point, trial] : history) {
        const bool kept = total_violation(trial) == 0;
        (name[0] == 'e' ? feasible : by_chance) += kept ? 1U : 0U;
      }
    }
  }
  EXPECT_LT(by_chance, 60U);  // of 800
  EXPECT_GT(feasible, 300U);
}

TEST(Evolutionary, BeatsRandomOnTheRecordedStudy) {
  const testing::RecordedStudy study(std::filesystem::path(PARETUNE_SOURCE_DIR) /
                                     "tests/search/data/resnet8_exhaustive.csv");
  ASSERT_EQ(study.objectives.size(), 1024U);
  for (const std::size_t budget : {24U, 48U}) {
    double evolutionary = 0, random = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      evolutionary += study.replay("evolutionary", seed, budget) / 20;
      random += study.replay("random", seed, budget) / 20;
    }
    EXPECT_GT(evolutionary, random) << budget;
  }
}

TEST(Evolutionary, RefusesTrialsOfAnotherLength) {
  const Space space = grid(3, 3);
  const auto strategy = make_evolutionary(space, 1);
  Trial trial;
  trial.objectives = {1, 2};
  strategy->tell({0, 0, 0}, trial);
  trial.objectives = {1};
  EXPECT_THROW(strategy->tell({0, 0, 1}, trial), std::invalid_argument);
}

/// Fronts by definition: by rounds of removing what nothing left dominates.
TEST(Standings, FrontsEqualTheDefinition) {
  std::mt19937 engine(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<Trial> trials(1 + engine() % 30);
    for (Trial& trial : trials) {
      for (int k = 0; k < 3; ++k) trial.objectives.push_back(static_cast<double>(engine() % 6));
      trial.violations = {static_cast<double>(engine() % 4) - 2.0};
    }
    std::vector<const Trial*> given;
    for (const Trial& trial : trials) given.push_back(&trial);
    const auto standing = standings(given);
    std::set<std::size_t> left;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      EXPECT_EQ(standing[i].violation, std::max(0.0, trials[i].violations[0]));
      if (standing[i].violation == 0) left.insert(i);
    }
    for (std::size_t front = 0; !left.empty(); ++front) {
      std::set<std::size_t> rest;
      for (const std::size_t i : left) {
        for (const std::size_t j : left) {
          if (dominates(trials[j].objectives, trials[i].objectives)) rest.insert(i);
        }
      }
      for (const std::size_t i : left) {
        if (!rest.contains(i)) {
          EXPECT_EQ(standing[i].front, front);
        }
      }
      left = rest;
    }
  }
}

TEST(Standings, CrowdingIsTheSumOfNormalizedGaps) {
  std::vector<Trial> trials(4);
  trials[0].objectives = {0, 8};
  trials[1].objectives = {1, 4};
  trials[2].objectives = {2, 3};
  trials[3].objectives = {4, 0};
  const auto standing = standings({&trials[0], &trials[1], &trials[2], &trials[3]});
  EXPECT_TRUE(std::isinf(standing[0].crowding) && std::isinf(standing[3].crowding));
  EXPECT_DOUBLE_EQ(standing[1].crowding, -(2.0 / 4 + 5.0 / 8));
  EXPECT_DOUBLE_EQ(standing[2].crowding, -(3.0 / 4 + 4.0 / 8));
  EXPECT_LT(standing[2], standing[1]);  // lonelier
}

TEST(FailureMemory, BlamesThePairAndNotItsValues) {
  const Space space = grid(4, 3);
  FailureMemory memory(space);
  EXPECT_EQ(memory.chance({0, 0, 0, 0}), 0);
  for (std::uint64_t rank = 0; rank < space.cardinality(); rank += 2) {
    const Point point = space.at(rank);
    memory.tell(point, point[1] == 2 && point[3] == 1);
  }
  EXPECT_GT(memory.chance({0, 2, 1, 1}), 0.7);
  EXPECT_LT(memory.chance({0, 2, 1, 0}), 0.5);
  EXPECT_LT(memory.chance({0, 0, 1, 1}), 0.5);
}

}  // namespace
}  // namespace paretune::search
