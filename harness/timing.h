// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace paretune::harness {

/// Samples of two things timed in turn, pair by pair in an order drawn per pair from `seed`.
struct PairedSamples {
  std::vector<std::int64_t> wall_a, cpu_a, wall_b,
      cpu_b;  ///< nanoseconds; b empty when there was no b
  /// What disturbed each run of a: bits of results::Disturbance (harness/sample_watch.h).
  std::vector<std::int64_t> marks_a;
  std::int64_t involuntary = 0, voluntary = 0;  ///< context switches during runs of a
};

struct TimingPlan {
  int min_samples = 30;
  int max_samples = 200;
  double seconds = 0.3;  ///< stop after min_samples once so much time was spent
  std::uint64_t seed = 1;
  std::function<void()> before = {};  ///< called before each run, not timed: flushes caches
};

/// Calls a (and b, if given) until warm, then samples them interleaved, one run per sample. Wall:
/// steady clock; CPU: CLOCK_PROCESS_CPUTIME_ID, so that worker threads count. What reading the
/// clocks costs (timer_overhead_ns()) is not subtracted.
///
/// Warm: in three runs in a row none beat the best before them by more than 2 % and their median
/// is within 20 % of the best: the minimum has stopped falling, and one slow run does not matter.
/// At most 20 runs, and no more than three once they took a second.
PairedSamples time_interleaved(const std::function<void()>& a, const std::function<void()>& b,
                               const TimingPlan& plan);

/// Standard deviation over mean; 0 of fewer than two samples.
double variation(const std::vector<std::int64_t>& samples);

/// Median wall time of a sample of nothing, in nanoseconds.
std::int64_t timer_overhead_ns();

}  // namespace paretune::harness
