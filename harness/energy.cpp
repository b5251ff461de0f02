// SPDX-License-Identifier: Apache-2.0
#include "harness/energy.h"

#include <algorithm>

#include "devices/energy.h"
#include "harness/stopwatch.h"
#include "harness/system_files.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;

/// intel-rapl:0, intel-rapl:1: packages. Their parts (intel-rapl:0:0) are in them already, and psys
/// has them in it.
std::vector<fs::path> package_zones(const fs::path& root) {
  std::vector<fs::path> zones;
  for (const fs::path& zone : entries(root / "sys/class/powercap", "intel-rapl:")) {
    const std::string name = zone.filename().string();
    if (std::count(name.begin(), name.end(), ':') != 1) continue;
    if (first_line(zone / "name").value_or("").starts_with("package")) zones.push_back(zone);
  }
  return zones;
}

/// Microjoules of the devices that tell, by id, as they stand now.
std::vector<std::int64_t> device_counters(const std::vector<std::string>& devices) {
  std::vector<std::int64_t> counters;
  for (const std::string& device : devices) {
    if (const auto spent = devices::energy_uj(device)) counters.push_back(*spent);
  }
  return counters;
}

}  // namespace

PackageEnergy::PackageEnergy(const fs::path& root) {
  for (const fs::path& folder : package_zones(root)) {
    const auto counter = integer_in(folder / "energy_uj");
    const auto range = integer_in(folder / "max_energy_range_uj");
    if (!counter || !range) {
      zones_.clear();
      reason_ = (folder / "energy_uj").string() + " is not readable: root alone may, or `chmod`";
      return;
    }
    zones_.push_back({folder / "energy_uj", *range, *counter});
  }
  if (zones_.empty()) reason_ = "no RAPL counter in sys/class/powercap";
}

std::optional<std::int64_t> PackageEnergy::spent_uj() {
  if (zones_.empty()) return std::nullopt;
  std::int64_t spent = 0;
  for (Zone& zone : zones_) {
    const auto now = integer_in(zone.counter);
    if (!now) return std::nullopt;
    spent += *now >= zone.last ? *now - zone.last : *now + zone.range - zone.last;
    zone.last = *now;
  }
  return spent;
}

std::string add_energy(const std::function<void()>& run, const std::vector<std::string>& devices,
                       double seconds, std::vector<results::Metric>& metrics,
                       const fs::path& root) {
  PackageEnergy packages(root);
  const std::vector<std::int64_t> before = device_counters(devices);
  if (!packages.reason().empty() && before.empty()) return packages.reason();
  const Stopwatch watch;
  packages.spent_uj();
  std::int64_t runs = 0;
  while (static_cast<double>(watch.wall_ns()) < seconds * 1e9 || runs < 3) {
    run();
    ++runs;
  }
  std::int64_t spent = packages.spent_uj().value_or(0);
  const std::vector<std::int64_t> after = device_counters(devices);
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    spent += after[i] - before[i];
  }
  const double millijoules = static_cast<double>(spent) / 1e3 / static_cast<double>(runs);
  metrics.push_back({"energy_mj", millijoules, millijoules, millijoules, runs});
  return packages.reason();
}

}  // namespace paretune::harness
