// SPDX-License-Identifier: Apache-2.0
#include "harness/canary.h"

#include <algorithm>

namespace paretune::harness {
namespace {

constexpr double kAllowed = 0.05;
constexpr double kSpreads = 2;

}  // namespace

void CanaryWatch::expect(const std::string& device, const std::vector<double>& readings) {
  const auto [least, most] = std::minmax_element(readings.begin(), readings.end());
  expected_[device] = {*least, std::max(kAllowed, kSpreads * (*most / *least - 1))};
}

double CanaryWatch::expected(const std::string& device) const {
  const auto found = expected_.find(device);
  return found == expected_.end() ? 0 : found->second.ns;
}

double CanaryWatch::allowed(const std::string& device) const {
  const auto found = expected_.find(device);
  return found == expected_.end() ? kAllowed : found->second.allowed;
}

bool CanaryWatch::slow(const std::string& device, double ns) const {
  const double expected_ns = expected(device);
  return expected_ns > 0 && ns > expected_ns * (1 + allowed(device));
}

double canary_reading(const KernelMeasurement& samples, bool host_shared) {
  auto times = host_shared && !samples.cpu_ns.empty() ? samples.cpu_ns : samples.wall_ns;
  if (times.empty()) return 0;
  const auto quartile = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 4);
  std::nth_element(times.begin(), quartile, times.end());
  return static_cast<double>(*quartile);
}

}  // namespace paretune::harness
