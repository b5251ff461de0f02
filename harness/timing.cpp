// SPDX-License-Identifier: Apache-2.0
#include "harness/timing.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>
#include <random>

namespace paretune::harness {
namespace {

constexpr int kMostWarmUps = 20;
constexpr int kSteadyRuns = 3;
constexpr double kSteadyWithin = 1.2;

std::int64_t wall_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t cpu_now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

void sample(const std::function<void()>& run, std::vector<std::int64_t>& wall,
            std::vector<std::int64_t>& cpu) {
  const std::int64_t cpu_start = cpu_now();
  const std::int64_t wall_start = wall_now();
  run();
  wall.push_back(wall_now() - wall_start);
  cpu.push_back(cpu_now() - cpu_start);
}

void warm_up(const std::function<void()>& run) {
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  int steady = 0;
  for (int i = 0; i < kMostWarmUps && steady < kSteadyRuns; ++i) {
    const std::int64_t start = wall_now();
    run();
    const std::int64_t took = wall_now() - start;
    const bool near_best =
        static_cast<double>(took) <= kSteadyWithin * static_cast<double>(std::min(best, took));
    steady = near_best && i > 0 ? steady + 1 : 0;
    best = std::min(best, took);
  }
}

}  // namespace

PairedSamples time_interleaved(const std::function<void()>& a, const std::function<void()>& b,
                               const TimingPlan& plan) {
  PairedSamples samples;
  warm_up(a);
  if (b) warm_up(b);
  std::mt19937_64 order(plan.seed);
  const std::int64_t start = wall_now();
  const auto budget = static_cast<std::int64_t>(plan.seconds * 1e9);
  for (int i = 0; i < plan.max_samples; ++i) {
    if (i >= plan.min_samples && wall_now() - start > budget) break;
    const bool a_first = (order() & 1U) == 0;
    if (a_first) sample(a, samples.wall_a, samples.cpu_a);
    if (b) sample(b, samples.wall_b, samples.cpu_b);
    if (!a_first) sample(a, samples.wall_a, samples.cpu_a);
  }
  return samples;
}

}  // namespace paretune::harness
