// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "results/records.h"

namespace paretune::harness {

/// Energy counters of the processor's packages: RAPL through Linux's powercap
/// (Documentation/power/powercap/powercap.rst), sys/class/powercap/intel-rapl:N/energy_uj, which
/// wraps at max_energy_range_uj. AMD's counters appear under the same name.
class PackageEnergy {
 public:
  explicit PackageEnergy(const std::filesystem::path& root = "/");
  /// "" when every package's counter is readable, else why there is no energy to tell.
  const std::string& reason() const { return reason_; }
  /// Microjoules of all packages since the object was made or last asked. nullopt when there are
  /// no counters. A counter wraps at most once between two calls (minutes).
  std::optional<std::int64_t> spent_uj();

 private:
  struct Zone {
    std::filesystem::path counter;
    std::int64_t range = 0;  ///< where it wraps
    std::int64_t last = 0;
  };
  std::vector<Zone> zones_;
  std::string reason_;
};

/// Energy per run: repeats `run` for `seconds` (RAPL counts in about milliseconds, GPUs in tenths
/// of a second) and adds energy_mj, the packages' and that of the named devices that tell, with
/// everything the machine did meanwhile. Returns why there is none where nothing tells, "" else.
std::string add_energy(const std::function<void()>& run, const std::vector<std::string>& devices,
                       double seconds, std::vector<results::Metric>& metrics,
                       const std::filesystem::path& root = "/");

}  // namespace paretune::harness
