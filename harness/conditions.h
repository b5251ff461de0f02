// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "harness/machine_state.h"
#include "harness/study.h"
#include "harness/timing.h"
#include "results/records.h"

namespace paretune::harness {

/// Under what circumstances latency is measured: a study's measure section, or options of
/// `paretune run`.
struct Circumstances {
  std::string cache = "warm";              ///< or "cold"
  std::string scenario = "single_stream";  ///< or "offline", "server"
  double rate = 0;                         ///< server: queries per second
  double bound_ms = 0;                     ///< server; 0: none
  int co_tenants = 0;
  bool pin = false;
};
Circumstances circumstances_of(const Study& study);

/// The circumstances of one measurement: made before it, asked after it. Numbers become metrics
/// (results/fields.h: context_switches, mhz, temperature_c, throttles, load, steal), what is no
/// number goes into Measurement::conditions, and what this machine does not tell is named there
/// with the reason under "unreadable".
class Conditions {
 public:
  explicit Conditions(std::filesystem::path root = "/");
  /// Writes to `measurement` what was the case since. `pinned`: threads
  /// were bound to cores.
  void describe(const Circumstances& circumstances, bool pinned, const PairedSamples& samples,
                results::Measurement& measurement) const;

 private:
  std::filesystem::path root_;
  Pulse before_;
  PressureReader reader_;
  Pressure pressure_before_;
};

/// "0-3,8" of the processors this thread may run on.
std::string affinity_text();

}  // namespace paretune::harness
