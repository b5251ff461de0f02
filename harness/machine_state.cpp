// SPDX-License-Identifier: Apache-2.0
#include "harness/machine_state.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "harness/system_files.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;

/// "Key:   123 kB" of proc/meminfo in bytes; 0 when it is not there.
std::int64_t meminfo(const fs::path& root, const std::string& key) {
  std::ifstream stream(root / "proc/meminfo");
  std::string name;
  std::int64_t kib = 0;
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    if (words >> name >> kib && name == key + ":") return kib * 1024;
  }
  return 0;
}

/// First value of `key` in proc/cpuinfo ("key\t: value").
std::optional<std::string> cpuinfo(const fs::path& root, const std::string& key) {
  std::ifstream stream(root / "proc/cpuinfo");
  for (std::string line; std::getline(stream, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || line.compare(0, key.size(), key) != 0) continue;
    const auto value = line.find_first_not_of(' ', colon + 1);
    return value == std::string::npos ? "" : line.substr(value);
  }
  return std::nullopt;
}

int online_cpus(const fs::path& root) {
  std::ifstream stream(root / "proc/stat");
  int count = 0;
  for (std::string word, rest; stream >> word && std::getline(stream, rest);) {
    if (word.size() > 3 && word.compare(0, 3, "cpu") == 0) ++count;
  }
  return count;
}

/// proc/stat, line "cpu": user nice system idle iowait irq softirq steal.
double steal_share(const fs::path& root) {
  std::istringstream words(first_line(root / "proc/stat").value_or(""));
  std::string name;
  words >> name;
  double total = 0, steal = 0, value = 0;
  for (int i = 0; i < 8 && words >> value; ++i) {
    total += value;
    if (i == 7) steal = value;
  }
  return total > 0 ? steal / total : 0;
}

/// cpu.max of control groups v2 or cpu.cfs_quota_us of v1: quota over period.
std::optional<double> cpu_quota(const fs::path& root) {
  std::istringstream words(first_line(root / "sys/fs/cgroup/cpu.max").value_or("max"));
  double quota = 0, period = 0;
  if (words >> quota >> period && period > 0) return quota / period;
  const auto v1 = integer_in(root / "sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const auto v1_period = integer_in(root / "sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (!v1 || !v1_period || *v1 <= 0 || *v1_period <= 0) return std::nullopt;
  return static_cast<double>(*v1) / static_cast<double>(*v1_period);
}

std::optional<bool> turbo(const fs::path& root) {
  const fs::path cpu = root / "sys/devices/system/cpu";
  if (const auto off = integer_in(cpu / "intel_pstate/no_turbo")) return *off == 0;
  if (const auto on = integer_in(cpu / "cpufreq/boost")) return *on != 0;
  return std::nullopt;
}

std::optional<double> megahertz(const fs::path& file) {
  const auto khz = integer_in(file);
  if (!khz) return std::nullopt;
  return static_cast<double>(*khz) / 1000;
}

void add(std::optional<std::int64_t>& sum, std::optional<std::int64_t> value) {
  if (value) sum = sum.value_or(0) + *value;
}

std::vector<fs::path> heat_counters(const fs::path& root) {
  std::vector<fs::path> files;
  for (const fs::path& cpu : entries(root / "sys/devices/system/cpu", "cpu")) {
    for (const char* counter : {"core_throttle_count", "package_throttle_count"}) {
      const fs::path file = cpu / "thermal_throttle" / counter;
      if (integer_in(file)) files.push_back(file);
    }
  }
  return files;
}

std::optional<std::int64_t> nr_throttled(const fs::path& cpu_stat) {
  std::ifstream stat(cpu_stat);
  std::string key;
  for (std::int64_t value = 0; stat >> key >> value;) {
    if (key == "nr_throttled") return value;
  }
  return std::nullopt;
}

/// cpu.stat of the control group this process is in: proc/self/cgroup has lines
/// "0::/path" (v2) and "4:cpu,cpuacct:/path" (v1); a container sees its own group at the top.
std::optional<fs::path> quota_counter(const fs::path& root) {
  std::vector<fs::path> groups = {root / "sys/fs/cgroup", root / "sys/fs/cgroup/cpu"};
  std::ifstream stream(root / "proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos || second + 2 > line.size()) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 2);
    if (controllers.empty()) groups.insert(groups.begin(), root / "sys/fs/cgroup" / path);
    if (controllers.starts_with("cpu,") || controllers == "cpu") {
      groups.insert(groups.begin(), root / "sys/fs/cgroup/cpu" / path);
    }
  }
  for (const fs::path& group : groups) {
    if (nr_throttled(group / "cpu.stat")) return group / "cpu.stat";
  }
  return std::nullopt;
}

std::optional<double> hottest(const fs::path& root) {
  std::optional<std::int64_t> most;
  const auto take = [&](const fs::path& file) {
    const auto millidegrees = integer_in(file);
    if (millidegrees && *millidegrees > most.value_or(0)) most = millidegrees;
  };
  for (const fs::path& zone : entries(root / "sys/class/thermal", "thermal_zone")) {
    take(zone / "temp");
  }
  for (const fs::path& chip : entries(root / "sys/class/hwmon", "hwmon")) {
    const std::string name = first_line(chip / "name").value_or("");
    if (name != "coretemp" && name != "k10temp" && name != "zenpower") continue;
    take(chip / "temp1_input");
  }
  if (!most) return std::nullopt;
  return static_cast<double>(*most) / 1000;
}

}  // namespace

ClockPolicy read_clock_policy(const fs::path& root) {
  return {first_line(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), turbo(root)};
}

PressureReader::PressureReader(const fs::path& root)
    : stat_(root / "proc/stat"), heat_(heat_counters(root)), cpu_stat_(quota_counter(root)) {}

Pressure PressureReader::read() const {
  Pressure pressure;
  std::istringstream words(first_line(stat_).value_or(""));
  std::string name;
  std::int64_t total = 0, value = 0;
  words >> name;
  for (int i = 0; i < 8 && words >> value; ++i) {  // user nice system idle iowait irq softirq steal
    total += value;
    if (i == 7) pressure.steal_ticks = value;
  }
  if (total > 0) pressure.ticks = total;
  for (const fs::path& counter : heat_) add(pressure.throttles, integer_in(counter));
  if (cpu_stat_) add(pressure.throttles, nr_throttled(*cpu_stat_));
  return pressure;
}

Pulse read_pulse(const fs::path& root) {
  Pulse pulse;
  const int cpu = std::max(0, sched_getcpu());
  pulse.mhz = megahertz(root / "sys/devices/system/cpu" / ("cpu" + std::to_string(cpu)) /
                        "cpufreq/scaling_cur_freq");
  if (const auto mhz = pulse.mhz ? std::nullopt : cpuinfo(root, "cpu MHz")) {
    pulse.mhz = std::strtod(mhz->c_str(), nullptr);
  }
  pulse.temperature_c = hottest(root);
  if (const auto load = first_line(root / "proc/loadavg")) {
    pulse.load = std::strtod(load->c_str(), nullptr);
  }
  return pulse;
}

MachineState read_machine_state(const fs::path& root) {
  MachineState state;
  const fs::path cpu0 = root / "sys/devices/system/cpu/cpu0";
  state.kernel = first_line(root / "proc/sys/kernel/ostype").value_or("unknown") + " " +
                 first_line(root / "proc/sys/kernel/osrelease").value_or("");
  state.cpus = online_cpus(root);
  state.cpu_quota = cpu_quota(root);
  const ClockPolicy policy = read_clock_policy(root);
  state.governor = policy.governor;
  state.turbo = policy.turbo;
  state.mhz_now = megahertz(cpu0 / "cpufreq/scaling_cur_freq");
  if (const auto mhz = cpuinfo(root, "cpu MHz"); mhz && !state.mhz_now) {
    state.mhz_now = std::strtod(mhz->c_str(), nullptr);
  }
  state.mhz_max = megahertz(cpu0 / "cpufreq/cpuinfo_max_freq");
  state.load = std::strtod(first_line(root / "proc/loadavg").value_or("0").c_str(), nullptr);
  state.steal = steal_share(root);
  state.memory_bytes = meminfo(root, "MemTotal");
  state.memory_available = meminfo(root, "MemAvailable");
  state.virtual_machine =
      cpuinfo(root, "flags").value_or("").find(" hypervisor") != std::string::npos;
  state.throttles = integer_in(cpu0 / "thermal_throttle/core_throttle_count");
  return state;
}

}  // namespace paretune::harness
