// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "harness/timing.h"
#include "harness/tune_state.h"

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

TEST(TimeInterleaved, WarmsUpUntilTheMinimumStopsFallingAndNoLonger) {
  TimingPlan plan;
  plan.min_samples = plan.max_samples = 1;
  const auto runs = [&](const std::vector<int>& milliseconds) {
    std::size_t count = 0;
    time_interleaved(
        [&] {
          const int wait = milliseconds[std::min(count++, milliseconds.size() - 1)];
          std::this_thread::sleep_for(std::chrono::milliseconds(wait));
        },
        {}, plan);
    return count - 1;
  };
  const std::size_t steady = runs({10});
  EXPECT_GE(steady, 4U);
  EXPECT_GE(runs({60, 50, 40, 30, 20, 10}), 9U) << "three runs after the last fall";
  EXPECT_LE(runs({400, 400, 400, 10}), 3U) << "a second is enough";
}

TEST(TimeInterleaved, MarksEverySampleOfAAndFlushesBeforeEachRun) {
  int flushed = 0;
  TimingPlan plan;
  plan.min_samples = plan.max_samples = 12;
  plan.before = [&] { ++flushed; };
  const PairedSamples samples = time_interleaved([] {}, [] {}, plan);
  EXPECT_EQ(samples.marks_a.size(), 12U);
  EXPECT_EQ(flushed, 24) << "not in the warm-up";
}

TEST(LatencyMetrics, TailsNeedEnoughSamples) {
  const auto measured = [](std::size_t n) {
    results::Measurement measurement;
    for (std::size_t i = 0; i < n; ++i) {
      measurement.wall_ns.push_back(1'000'000 + static_cast<std::int64_t>(i % 10) * 100'000);
      measurement.cpu_ns.push_back(2 * measurement.wall_ns.back());
      measurement.marks.push_back(i % 4 == 0 ? std::int64_t{results::preempted} : 0);
    }
    add_latency_metrics(measurement);
    return measurement;
  };
  EXPECT_EQ(measured(63).find("latency_p90_ms"), nullptr);
  EXPECT_NE(measured(64).find("latency_p90_ms"), nullptr);
  EXPECT_EQ(measured(661).find("latency_p99_ms"), nullptr);
  const auto many = measured(1000);
  EXPECT_NEAR(many.find("latency_p99_ms")->value, 1.9, 1e-9);
  EXPECT_NEAR(many.find("disturbed")->value, 0.25, 1e-9);
  EXPECT_NEAR(many.find("cpu_over_wall")->value, 2, 1e-9);
  EXPECT_NEAR(many.find("latency_cv")->value, 0.2872 / 1.45, 1e-3);
}

}  // namespace
}  // namespace paretune::harness
