// SPDX-License-Identifier: Apache-2.0
#include "harness/machine_state.h"

#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  if (!std::getline(stream, line)) return std::nullopt;
  return line;
}

std::optional<std::int64_t> integer(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  const auto result = std::from_chars(text->data(), text->data() + text->size(), value);
  if (result.ec != std::errc()) return std::nullopt;
  return value;
}

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
  const auto v1 = integer(first_line(root / "sys/fs/cgroup/cpu/cpu.cfs_quota_us"));
  const auto v1_period = integer(first_line(root / "sys/fs/cgroup/cpu/cpu.cfs_period_us"));
  if (!v1 || !v1_period || *v1 <= 0 || *v1_period <= 0) return std::nullopt;
  return static_cast<double>(*v1) / static_cast<double>(*v1_period);
}

std::optional<bool> turbo(const fs::path& root) {
  const fs::path cpu = root / "sys/devices/system/cpu";
  if (const auto off = integer(first_line(cpu / "intel_pstate/no_turbo"))) return *off == 0;
  if (const auto on = integer(first_line(cpu / "cpufreq/boost"))) return *on != 0;
  return std::nullopt;
}

std::optional<double> megahertz(const fs::path& file) {
  const auto khz = integer(first_line(file));
  if (!khz) return std::nullopt;
  return static_cast<double>(*khz) / 1000;
}

}  // namespace

MachineState read_machine_state(const fs::path& root) {
  MachineState state;
  const fs::path cpu0 = root / "sys/devices/system/cpu/cpu0";
  state.kernel = first_line(root / "proc/sys/kernel/ostype").value_or("unknown") + " " +
                 first_line(root / "proc/sys/kernel/osrelease").value_or("");
  state.cpus = online_cpus(root);
  state.cpu_quota = cpu_quota(root);
  state.governor = first_line(cpu0 / "cpufreq/scaling_governor");
  state.turbo = turbo(root);
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
  state.throttles = integer(first_line(cpu0 / "thermal_throttle/core_throttle_count"));
  return state;
}

}  // namespace paretune::harness
