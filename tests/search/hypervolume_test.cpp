// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include "search/pareto.h"

namespace paretune::search {
namespace {

TEST(Hypervolume, KnownVolumes) {
  EXPECT_DOUBLE_EQ(hypervolume({{1, 1}}, {2, 3}), 2);
  EXPECT_DOUBLE_EQ(hypervolume({{1, 3}, {2, 2}, {3, 1}}, {4, 4}), 6);
  EXPECT_DOUBLE_EQ(hypervolume({{0, 0, 0}}, {1, 2, 3}), 6);
  // Two boxes of volume 4 that share a unit cube.
  EXPECT_DOUBLE_EQ(hypervolume({{0, 1, 0}, {1, 0, 0}}, {2, 2, 1}), 3);
  EXPECT_DOUBLE_EQ(hypervolume({}, {1, 1}), 0);
}

TEST(Hypervolume, LeavesOutWhatLiesBeyondTheReference) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_DOUBLE_EQ(hypervolume({{1, 1}, {0, 5}, {2, 0}, {none, 0}}, {2, 3}), 2);
}

TEST(Hypervolume, CountsUnitCubes) {
  // Integer points in a 7-cube: the volume is the number of unit cells some point dominates.
  std::mt19937 engine(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<Objectives> points(engine() % 20);
    for (Objectives& point : points) {
      for (int k = 0; k < 3; ++k) point.push_back(static_cast<double>(engine() % 9));
    }
    int cells = 0;
    for (int x = 0; x < 7; ++x) {
      for (int y = 0; y < 7; ++y) {
        for (int z = 0; z < 7; ++z) {
          bool covered = false;
          for (const auto& p : points) covered = covered || (p[0] <= x && p[1] <= y && p[2] <= z);
          cells += covered ? 1 : 0;
        }
      }
    }
    ASSERT_DOUBLE_EQ(hypervolume(points, {7, 7, 7}), cells) << "round " << round;
  }
}

TEST(Hypervolume, TwoObjectivesAreAFlatThree) {
  std::mt19937 engine(4);
  for (int round = 0; round < 100; ++round) {
    std::vector<Objectives> flat(engine() % 30), solid;
    for (Objectives& point : flat) {
      point = {static_cast<double>(engine() % 1000) / 999,
               static_cast<double>(engine() % 1000) / 999};
      solid.push_back({point[0], point[1], 0});
    }
    ASSERT_NEAR(hypervolume(flat, {1, 1}), hypervolume(solid, {1, 1, 1}), 1e-12);
  }
}

TEST(Hypervolume, RefusesOtherSizes) {
  EXPECT_THROW(hypervolume({}, {1}), std::invalid_argument);
  EXPECT_THROW(hypervolume({}, {1, 1, 1, 1}), std::invalid_argument);
  EXPECT_THROW(hypervolume({{1, 1}}, {1, 1, 1}), std::invalid_argument);
}

}  // namespace
}  // namespace paretune::search
