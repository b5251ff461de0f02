// SPDX-License-Identifier: Apache-2.0
#include "results/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

namespace paretune::results {
namespace {

using Samples = std::vector<std::int64_t>;

Samples sequence(std::int64_t n) {
  Samples samples(static_cast<std::size_t>(n));
  std::iota(samples.begin(), samples.end(), 1);
  return samples;
}

TEST(Quantile, IsTypeSeven) {
  // R: quantile(c(1, 2, 3, 4), c(.25, .5, .9), type = 7) gives 1.75 2.5 3.7.
  const Samples samples{4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(quantile(samples, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(samples, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile(samples, 0.9), 3.7);
  EXPECT_DOUBLE_EQ(quantile(samples, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(samples, 1), 4);
  EXPECT_DOUBLE_EQ(quantile(Samples{7}, 0.3), 7);
  EXPECT_THROW(quantile(Samples{}, 0.5), std::invalid_argument);
  EXPECT_THROW(quantile(samples, 1.5), std::invalid_argument);
}

TEST(MedianInterval, RanksOfThePublishedTable) {
  // Order-statistic ranks for a 95 % interval of the median: standard tables of the sign test
  // (n: lower rank). The upper rank mirrors it.
  const std::vector<std::pair<int, int>> table = {{6, 1},   {8, 1},   {9, 2},   {10, 2}, {12, 3},
                                                  {15, 4},  {17, 5},  {20, 6},  {25, 8}, {30, 10},
                                                  {40, 14}, {50, 18}, {100, 40}};
  for (const auto& [n, rank] : table) {
    const Interval interval = median_interval(sequence(n));
    EXPECT_EQ(interval.lo, rank) << "n " << n;
    EXPECT_EQ(interval.hi, n + 1 - rank) << "n " << n;
    EXPECT_EQ(interval.value, (n + 1) / 2.0);
  }
}

TEST(MedianInterval, FewSamplesGiveTheWholeRange) {
  for (int n = 1; n < 6; ++n) {
    const Interval interval = median_interval(sequence(n));
    EXPECT_EQ(interval.lo, 1);
    EXPECT_EQ(interval.hi, n);
  }
  EXPECT_THROW(median_interval(Samples{}), std::invalid_argument);
}

TEST(MedianInterval, CoversTheMedian) {
  // Skewed samples, as latencies are: 1000 + 100 * exponential, median 1000 + 100 ln 2.
  std::mt19937_64 engine(1);
  const double truth = 1e6 + 1e5 * std::log(2.0);
  for (const int n : {7, 20, 51, 200}) {
    int covered = 0;
    constexpr int rounds = 4000;
    for (int round = 0; round < rounds; ++round) {
      Samples samples;
      for (int i = 0; i < n; ++i) {
        const double uniform = (static_cast<double>(engine() >> 11) + 0.5) * 0x1p-53;
        samples.push_back(static_cast<std::int64_t>(1e6 - 1e5 * std::log(uniform)));
      }
      const Interval interval = median_interval(samples);
      covered += interval.lo <= truth && truth <= interval.hi ? 1 : 0;
    }
    const double share = static_cast<double>(covered) / rounds;
    EXPECT_GT(share, 0.939) << "n " << n;  // 95 % less three standard deviations
    EXPECT_LT(share, 0.99) << "n " << n;   // ranks are whole numbers: small n cover more
  }
}

TEST(MedianInterval, ManySamplesDoNotOverflow) {
  const Interval interval = median_interval(sequence(100000));
  EXPECT_NEAR(interval.lo, 50000.5 - 1.96 * std::sqrt(100000.0) / 2, 2);
  EXPECT_NEAR(interval.hi, 50000.5 + 1.96 * std::sqrt(100000.0) / 2, 2);
}

TEST(Wilson, KnownValues) {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  const std::vector<std::array<double, 4>> table = {{81, 263, 0.2553, 0.3662},
                                                    {15, 148, 0.0624, 0.1605},
                                                    {0, 20, 0.0000, 0.1611},
                                                    {1, 29, 0.0061, 0.1718}};
  for (const auto& [successes, n, lo, hi] : table) {
    const Interval interval =
        wilson(static_cast<std::int64_t>(successes), static_cast<std::int64_t>(n));
    EXPECT_NEAR(interval.lo, lo, 5e-5);
    EXPECT_NEAR(interval.hi, hi, 5e-5);
    EXPECT_DOUBLE_EQ(interval.value, successes / n);
  }
  EXPECT_EQ(wilson(0, 0).hi, 1);
  EXPECT_EQ(wilson(0, 0).lo, 0);
  EXPECT_EQ(wilson(9, 9).hi, 1);
  EXPECT_EQ(wilson(0, 9).lo, 0);
  EXPECT_THROW(wilson(3, 2), std::invalid_argument);
  EXPECT_THROW(wilson(-1, 2), std::invalid_argument);
}

TEST(PairedRatio, ConstantRatioIsExact) {
  Samples a, b;
  for (std::int64_t i = 1; i <= 50; ++i) {
    a.push_back(i * 900);
    b.push_back(i * 1000);
  }
  const Interval ratio = paired_ratio(a, b);
  EXPECT_DOUBLE_EQ(ratio.value, 0.9);
  EXPECT_NEAR(ratio.lo, 0.9, 1e-12);
  EXPECT_NEAR(ratio.hi, 0.9, 1e-12);
}

TEST(PairedRatio, IsDeterministicAndContainsTheTruth) {
  std::mt19937_64 engine(2);
  int covered = 0;
  constexpr int rounds = 150;
  for (int round = 0; round < rounds; ++round) {
    Samples a, b;
    for (int i = 0; i < 40; ++i) {
      const auto shared = static_cast<std::int64_t>(engine() % 20000);  // drift hits both of a pair
      a.push_back(95000 + shared + static_cast<std::int64_t>(engine() % 5000));
      b.push_back(100000 + shared + static_cast<std::int64_t>(engine() % 5000));
    }
    const Interval ratio = paired_ratio(a, b);
    const double truth = 107500.0 / 112500.0;
    covered += ratio.lo <= truth && truth <= ratio.hi ? 1 : 0;
    ASSERT_LE(ratio.lo, ratio.value);
    ASSERT_GE(ratio.hi, ratio.value);
    if (round == 0) {
      EXPECT_EQ(paired_ratio(a, b).lo, ratio.lo);
      EXPECT_EQ(paired_ratio(a, b).hi, ratio.hi);
    }
  }
  EXPECT_GT(covered, rounds * 88 / 100);
}

TEST(PairedRatio, RefusesWhatIsNotPaired) {
  EXPECT_THROW(paired_ratio(Samples{1, 2}, Samples{1}), std::invalid_argument);
  EXPECT_THROW(paired_ratio(Samples{1}, Samples{1}), std::invalid_argument);
}

TEST(Judge, FollowsTheInterval) {
  EXPECT_EQ(judge({0.9, 0.88, 0.98}), Verdict::win);
  EXPECT_EQ(judge({0.99, 0.98, 0.992}), Verdict::inconclusive);
  EXPECT_EQ(judge({1.1, 1.02, 1.2}), Verdict::loss);
  EXPECT_EQ(judge({1.0, 0.995, 1.005}), Verdict::same);
  EXPECT_EQ(judge({1.0, 0.9, 1.1}), Verdict::inconclusive);
  EXPECT_EQ(judge({0.9, 0.88, 0.98}, 0.05), Verdict::inconclusive);
  EXPECT_EQ(judge({0.9, 0.88, 0.94}, 0.05), Verdict::win);
  EXPECT_EQ(to_text(Verdict::win), "win");
  EXPECT_EQ(to_text(Verdict::inconclusive), "inconclusive");
}

}  // namespace
}  // namespace paretune::results
