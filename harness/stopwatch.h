// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace paretune::harness {

/// Wall time (steady clock) and CPU time of the whole process (all its threads) since it was made.
class Stopwatch {
 public:
  Stopwatch() : cpu_(cpu_now()), wall_(wall_now()) {}
  std::int64_t wall_ns() const { return wall_now() - wall_; }
  std::int64_t cpu_ns() const { return cpu_now() - cpu_; }

  static std::int64_t wall_now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  static std::int64_t cpu_now() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
  }

 private:
  std::int64_t cpu_, wall_;
};

}  // namespace paretune::harness
