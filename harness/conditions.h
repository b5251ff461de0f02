// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "harness/machine_state.h"
#include "harness/study.h"
#include "harness/timing.h"
#include "results/records.h"

namespace paretune::harness {

/// The circumstances of one measurement: made before it, asked after it. Numbers become metrics
/// (results/fields.h: context_switches, mhz, temperature_c, throttles, load, steal), what is no
/// number goes into Measurement::conditions, and what this machine does not tell is named there
/// with the reason under "unreadable".
class Conditions {
 public:
  explicit Conditions(std::filesystem::path root = "/");
  /// Writes to `measurement` what was the case since. `study`: how was measured.
  void describe(const Study& study, const PairedSamples& samples,
                results::Measurement& measurement) const;

 private:
  std::filesystem::path root_;
  Pulse before_;
};

/// "0-3,8" of the processors this thread may run on.
std::string affinity_text();

}  // namespace paretune::harness
