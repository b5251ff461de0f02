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
};

struct TimingPlan {
  int min_samples = 30;
  int max_samples = 200;
  double seconds = 0.3;  ///< stop after min_samples once so much time was spent
  std::uint64_t seed = 1;
};

/// Calls a (and b, if given) until warm (three runs in a row within 20 % of the best, at most 20),
/// then samples them interleaved. Wall: steady clock; CPU: CLOCK_PROCESS_CPUTIME_ID, so that worker
/// threads count.
PairedSamples time_interleaved(const std::function<void()>& a, const std::function<void()>& b,
                               const TimingPlan& plan);

}  // namespace paretune::harness
