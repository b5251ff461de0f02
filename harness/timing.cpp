// SPDX-License-Identifier: Apache-2.0
#include "harness/timing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "harness/sample_watch.h"
#include "harness/stopwatch.h"

namespace paretune::harness {
namespace {

constexpr int kMostWarmUps = 20;
constexpr int kSteadyRuns = 3;
constexpr double kSteadyWithin = 1.2;
constexpr double kStillFalling = 0.98;
constexpr std::int64_t kWarmUpNs = 1'000'000'000;

void sample(const std::function<void()>& run, const TimingPlan& plan,
            std::vector<std::int64_t>& wall, std::vector<std::int64_t>& cpu) {
  if (plan.before) plan.before();
  const Stopwatch watch;
  run();
  wall.push_back(watch.wall_ns());
  cpu.push_back(watch.cpu_ns());
}

bool steady(std::array<std::int64_t, kSteadyRuns> last, std::int64_t best_before) {
  std::sort(last.begin(), last.end());
  const auto before = static_cast<double>(best_before);
  const auto best = static_cast<double>(std::min(last.front(), best_before));
  return static_cast<double>(last.front()) >= kStillFalling * before &&
         static_cast<double>(last[kSteadyRuns / 2]) <= kSteadyWithin * best;
}

void warm_up(const std::function<void()>& run) {
  std::array<std::int64_t, kSteadyRuns> last{};  // a ring
  std::int64_t best_before = std::numeric_limits<std::int64_t>::max();
  const Stopwatch all;
  for (std::size_t i = 0; i < kMostWarmUps; ++i) {
    if (i >= kSteadyRuns && all.wall_ns() > kWarmUpNs) return;
    std::int64_t& oldest = last[i % kSteadyRuns];
    if (i >= kSteadyRuns) best_before = std::min(best_before, oldest);
    const Stopwatch one;
    run();
    oldest = one.wall_ns();
    if (i > kSteadyRuns - 1 && steady(last, best_before)) return;
  }
}

}  // namespace

PairedSamples time_interleaved(const std::function<void()>& a, const std::function<void()>& b,
                               const TimingPlan& plan) {
  PairedSamples samples;
  warm_up(a);
  if (b) warm_up(b);
  std::mt19937_64 order(plan.seed);
  SampleWatch watch(samples.marks_a);
  const auto sample_a = [&] {
    watch.start();
    sample(a, plan, samples.wall_a, samples.cpu_a);
    watch.stop();
  };
  const Stopwatch all;
  const auto budget = static_cast<std::int64_t>(plan.seconds * 1e9);
  for (int i = 0; i < plan.max_samples; ++i) {
    if (i >= plan.min_samples && all.wall_ns() > budget) break;
    const bool a_first = (order() & 1U) == 0;
    if (a_first) sample_a();
    if (b) sample(b, plan, samples.wall_b, samples.cpu_b);
    if (!a_first) sample_a();
  }
  watch.settle();
  samples.involuntary = watch.involuntary();
  samples.voluntary = watch.voluntary();
  return samples;
}

double variation(const std::vector<std::int64_t>& samples) {
  const auto count = static_cast<double>(samples.size());
  const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / count;
  if (samples.size() < 2 || !(mean > 0)) return 0;
  double squares = 0;
  for (const std::int64_t sample : samples) {
    squares += (static_cast<double>(sample) - mean) * (static_cast<double>(sample) - mean);
  }
  return std::sqrt(squares / (count - 1)) / mean;
}

std::int64_t timer_overhead_ns() {
  std::vector<std::int64_t> wall, cpu;
  for (int i = 0; i < 31; ++i) sample([] {}, {}, wall, cpu);
  std::nth_element(wall.begin(), wall.begin() + 15, wall.end());
  return wall[15];
}

}  // namespace paretune::harness
