// SPDX-License-Identifier: Apache-2.0
#include "harness/quarantine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "model/candidate.h"

namespace paretune::harness {

using results::Failure;
using results::Outcome;

bool is_crash(Outcome outcome) {
  return outcome == Outcome::crash || outcome == Outcome::hang || outcome == Outcome::poisoned;
}

Suspect::Suspect(const Description& description, const std::string& what, const std::string& label,
                 const std::vector<std::string>& devices) {
  std::vector<std::string> drivers;
  std::string identity = what;
  for (const std::string& device : devices) {
    const auto info = std::find_if(description.devices.begin(), description.devices.end(),
                                   [&](const auto& each) { return each.id == device; });
    const std::string driver = info == description.devices.end() ? "" : info->driver;
    drivers.push_back(driver);
    identity += fmt::format("\n{}\n{}", device, driver);
  }
  record_.key = model::sha256(identity);
  record_.what = label;
  record_.device = fmt::format("{}", fmt::join(devices, ", "));
  record_.driver = fmt::format("{}", fmt::join(drivers, ", "));
}

std::optional<Failure> Suspect::quarantined(const results::Store& store) const {
  const auto found = store.find_quarantine(record_.key);
  if (!found) return std::nullopt;
  return Failure{Outcome::skipped, "build",
                 fmt::format("quarantined after {} crashes: {}", found->crashes, found->reason), 0};
}

void Suspect::quarantine(results::Store& store, const Failure& last) const {
  results::QuarantineRecord record = record_;
  record.crashes = kCrashesToQuarantine;
  record.reason = last.reason;
  store.quarantine(record);
}

}  // namespace paretune::harness
