// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "harness/timing.h"

namespace paretune::harness {
namespace {

TEST(TimeInterleaved, TakesTheSamplesAskedForAndPairsThem) {
  TimingPlan plan;
  plan.min_samples = plan.max_samples = 40;
  const PairedSamples samples = time_interleaved([] {}, [] {}, plan);
  EXPECT_EQ(samples.wall_a.size(), 40U);
  EXPECT_EQ(samples.cpu_a.size(), 40U);
  EXPECT_EQ(samples.wall_b.size(), 40U);
  EXPECT_EQ(samples.cpu_b.size(), 40U);
}

TEST(TimeInterleaved, StopsAtMaxSamplesAndOnceTheTimeIsSpent) {
  TimingPlan plan;
  plan.min_samples = 5;
  plan.max_samples = 1000000;
  plan.seconds = 0.02;
  const auto wait = [] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); };
  const PairedSamples samples = time_interleaved(wait, {}, plan);
  EXPECT_GE(samples.wall_a.size(), 5U);
  EXPECT_LT(samples.wall_a.size(), 1000U);
  EXPECT_TRUE(samples.wall_b.empty());
}

TEST(TimeInterleaved, OrderInsidePairsIsDrawnFromTheSeed) {
  const auto trace = [](std::uint64_t seed) {
    std::string order;
    TimingPlan plan;
    plan.min_samples = plan.max_samples = 64;
    plan.seed = seed;
    time_interleaved([&] { order += 'a'; }, [&] { order += 'b'; }, plan);
    return order.substr(order.size() - 128);  // without the warm-up
  };
  EXPECT_EQ(trace(1), trace(1));
  EXPECT_NE(trace(1), trace(2));
  std::string order = trace(3);
  int a_first = 0;
  for (std::size_t pair = 0; pair < order.size(); pair += 2) {
    EXPECT_NE(order[pair], order[pair + 1]) << "each pair times both";
    a_first += order[pair] == 'a' ? 1 : 0;
  }
  EXPECT_GT(a_first, 16);
  EXPECT_LT(a_first, 48);
}

TEST(TimeInterleaved, SleepCostsWallTimeButNoCpuTime) {
  TimingPlan plan;
  plan.min_samples = plan.max_samples = 5;
  const PairedSamples samples = time_interleaved(
      [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }, {}, plan);
  EXPECT_GE(*std::min_element(samples.wall_a.begin(), samples.wall_a.end()), 20'000'000);
  EXPECT_LT(*std::min_element(samples.cpu_a.begin(), samples.cpu_a.end()), 10'000'000);
}

}  // namespace
}  // namespace paretune::harness
