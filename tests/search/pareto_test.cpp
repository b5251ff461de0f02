// SPDX-License-Identifier: Apache-2.0
#include "search/pareto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

namespace paretune::search {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// The definition: on the front when finite-comparable and no other point dominates.
std::vector<std::size_t> brute_force(const std::vector<Objectives>& points) {
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool kept = true;
    for (const double x : points[i]) kept = kept && !std::isnan(x);
    for (const Objectives& other : points) {
      bool no_worse = true, better = false;
      for (std::size_t k = 0; k < other.size(); ++k) {
        no_worse = no_worse && other[k] <= points[i][k];  // false for NaN
        better = better || other[k] < points[i][k];
      }
      if (no_worse && better) kept = false;
    }
    if (kept) front.push_back(i);
  }
  return front;
}

std::vector<Objectives> random_points(std::mt19937& engine, std::size_t objectives, bool with_nan) {
  std::vector<Objectives> points(engine() % 120);
  const unsigned values = 2 + engine() % 30;  // few values make many ties and copies
  for (Objectives& point : points) {
    for (std::size_t k = 0; k < objectives; ++k) {
      point.push_back(static_cast<double>(engine() % values) - 5);
      if (with_nan && engine() % 15 == 0) point.back() = nan_value;
    }
  }
  return points;
}

TEST(ParetoFront, AgreesWithTheDefinition) {
  std::mt19937 engine(1);
  for (int round = 0; round < 1000; ++round) {
    const std::size_t objectives = 1 + static_cast<std::size_t>(round) % 4;
    const auto points = random_points(engine, objectives, round % 2 == 1);
    ASSERT_EQ(pareto_front(points), brute_force(points)) << "round " << round;
  }
}

TEST(ParetoFront, KeepsEqualPointsAndHandlesInfinity) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(pareto_front({{1, 2}, {1, 2}, {2, 2}, {0.0, 3}, {-0.0, 3}}),
            (std::vector<std::size_t>{0, 1, 3, 4}));
  EXPECT_EQ(pareto_front({{infinity, 1}, {2, 2}, {infinity, 3}}), (std::vector<std::size_t>{0, 1}));
  EXPECT_TRUE(pareto_front({}).empty());
  EXPECT_TRUE(pareto_front({{nan_value, 0}, {0, nan_value}}).empty());
  EXPECT_THROW(pareto_front({{1, 2}, {1, 2, 3}}), std::invalid_argument);
}

TEST(Dominates, IsStrictSomewhere) {
  const Objectives a{1, 2}, b{1, 3}, c{0, 4}, none{nan_value, 0};
  EXPECT_TRUE(dominates(a, b));
  EXPECT_FALSE(dominates(b, a));
  EXPECT_FALSE(dominates(a, a));
  EXPECT_FALSE(dominates(a, c));
  EXPECT_FALSE(dominates(none, b));
  EXPECT_FALSE(dominates(c, none));
}

TEST(FrontProbability, IsOneOrZeroWithoutNoise) {
  const std::vector<Objectives> means = {{1, 2}, {2, 1}, {3, 3}};
  const std::vector<Objectives> exact(3, Objectives{0, 0});
  EXPECT_EQ(front_probability(means, exact), (std::vector<double>{1, 1, 0}));
}

TEST(FrontProbability, MatchesTheNormalDistribution) {
  // One objective: N(0,1) is below N(1,1) with probability Phi(1/sqrt(2)) = 0.76025.
  const auto result = front_probability({{0}, {1}}, {{1}, {1}}, 20000);
  EXPECT_NEAR(result[0], 0.76025, 0.012);
  EXPECT_NEAR(result[0] + result[1], 1.0, 1e-12);
  EXPECT_EQ(result, front_probability({{0}, {1}}, {{1}, {1}}, 20000));
}

TEST(FrontProbability, RefusesUnequalLengths) {
  EXPECT_THROW(front_probability({{0}}, {}), std::invalid_argument);
  EXPECT_THROW(front_probability({{0}}, {{1, 1}}), std::invalid_argument);
  EXPECT_THROW(front_probability({{0}}, {{1}}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace paretune::search
