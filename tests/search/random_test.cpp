// SPDX-License-Identifier: Apache-2.0
#include "search/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace paretune::search {
namespace {

TEST(Random, EngineIsTheStandardOne) {
  Engine engine;  // [rand.predef]: the 10,000th output of a default mt19937_64
  engine.discard(9999);
  EXPECT_EQ(engine(), 9981545732273789042ULL);
}

TEST(Random, DrawStaysBelowAndIsEven) {
  Engine engine(1);
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts.at(draw_below(engine, 7));
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);  // five standard deviations
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(draw_below(engine, 1), 0U);
}

TEST(Random, DrawIsEvenWhereTheModuloIsNot) {
  // A bound of 3 * 2^62: without rejection the lower third would be drawn half of the time.
  Engine engine(2);
  constexpr std::uint64_t third = 1ULL << 62;
  int low = 0;
  for (int i = 0; i < 30000; ++i) low += draw_below(engine, 3 * third) < third ? 1 : 0;
  EXPECT_NEAR(low, 10000, 420);
}

TEST(Random, NormalHasItsMoments) {
  Engine engine(3);
  double sum = 0, squares = 0, beyond = 0;
  constexpr int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double x = draw_normal(engine);
    sum += x;
    squares += x * x;
    beyond += std::abs(x) > 1.959964 ? 1 : 0;
  }
  EXPECT_NEAR(sum / n, 0, 0.016);
  EXPECT_NEAR(squares / n, 1, 0.023);
  EXPECT_NEAR(beyond / n, 0.05, 0.0035);
}

}  // namespace
}  // namespace paretune::search
