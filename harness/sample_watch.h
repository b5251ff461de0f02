// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "harness/machine_state.h"

namespace paretune::harness {

/// Marks samples the machine disturbed (bits of results::Disturbance). Context switches and the
/// processor are read around every sample (about a microsecond); what the system tells coarsely
/// and only through files (stolen time, throttle events) every 25 ms, and then marks all samples
/// since.
class SampleWatch {
 public:
  /// Appends one entry per sample to `marks`, which must outlive it. `root`: where proc/ and sys/
  /// lie.
  explicit SampleWatch(std::vector<std::int64_t>& marks, const std::filesystem::path& root = "/");

  void start();
  void stop();
  /// Reads the coarse counters now; call after the last sample.
  void settle();

  std::int64_t involuntary() const { return involuntary_; }
  std::int64_t voluntary() const { return voluntary_; }

 private:
  std::vector<std::int64_t>& marks_;
  PressureReader reader_;
  Pressure pressure_;
  std::int64_t settled_ns_ = 0;
  std::size_t settled_ = 0;  ///< samples marked for good
  rusage before_{};
  int processor_ = -1;
  std::int64_t involuntary_ = 0, voluntary_ = 0;
};

}  // namespace paretune::harness
