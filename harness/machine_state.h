// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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

/// The part of it that decides the clock.
struct ClockPolicy {
  std::optional<std::string> governor;
  std::optional<bool> turbo;
};
ClockPolicy read_clock_policy(const std::filesystem::path& root = "/");

/// Counters that rise when somebody else takes the processor away. Absent: not readable here.
struct Pressure {
  std::optional<std::int64_t> ticks, steal_ticks;  ///< proc/stat: of all processors together
  /// Thermal throttle events of all cores and packages, and periods in which this process's control
  /// group (v1 or v2) had used up its quota.
  std::optional<std::int64_t> throttles;
};
/// Finds the files once, so that reading them again and again costs little.
class PressureReader {
 public:
  explicit PressureReader(const std::filesystem::path& root = "/");
  Pressure read() const;

 private:
  std::filesystem::path stat_;
  std::vector<std::filesystem::path> heat_;        ///< counters of throttle events
  std::optional<std::filesystem::path> cpu_stat_;  ///< of the control group
};

/// What a measurement is told beside its samples, read before and after it.
struct Pulse {
  std::optional<double> mhz;            ///< of the processor this thread is on
  std::optional<double> temperature_c;  ///< hottest of the thermal zones and hwmon's CPU sensors
  std::optional<double> load;           ///< runnable processes, 1 minute average
};
Pulse read_pulse(const std::filesystem::path& root = "/");

}  // namespace paretune::harness
