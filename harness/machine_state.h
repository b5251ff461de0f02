// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace paretune::harness {

/// What the operating system tells of a machine's readiness to be measured. Absent: not readable
/// here (containers and virtual machines hide much of it).
struct MachineState {
  std::string kernel;                   ///< "Linux 6.1.0"
  int cpus = 0;                         ///< logical processors online
  std::optional<double> cpu_quota;      ///< processors a control group allows, when it limits them
  std::optional<std::string> governor;  ///< of cpu0: "performance", "powersave" ...
  std::optional<bool> turbo;
  std::optional<double> mhz_now, mhz_max;  ///< of cpu0
  double load = 0;                         ///< runnable processes, 1 minute average
  double steal = 0;  ///< share of processor time the hypervisor gave to others since boot
  std::int64_t memory_bytes = 0, memory_available = 0;
  bool virtual_machine = false;
  std::optional<std::int64_t> throttles;  ///< thermal throttle events of cpu0 since boot
};

/// Reads proc/ and sys/ below `root` (Linux: Documentation/filesystems/proc.rst,
/// Documentation/admin-guide/pm/cpufreq.rst, cgroup-v2.rst). Never throws: what is not there is
/// absent.
MachineState read_machine_state(const std::filesystem::path& root = "/");

}  // namespace paretune::harness
