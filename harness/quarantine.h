// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/protocol.h"
#include "results/store.h"

namespace paretune::harness {

/// Crashes, hangs and poisonings after which something is tried no more.
inline constexpr int kCrashesToQuarantine = 2;

/// Whether an attempt ended in a way that may hurt more than itself: crash, hang, poisoned.
bool is_crash(results::Outcome outcome);

/// Something that may be quarantined: a candidate or a kernel setting on devices with their
/// drivers. Another driver, another suspect.
class Suspect {
 public:
  /// `what`: the candidate's hash or "kernel knobs workload"; `label`: the same for people.
  Suspect(const Description& description, const std::string& what, const std::string& label,
          const std::vector<std::string>& devices);

  /// `skipped`, with the reason, when it is in quarantine.
  std::optional<results::Failure> quarantined(const results::Store& store) const;
  /// Puts it there.
  void quarantine(results::Store& store, const results::Failure& last) const;

 private:
  results::QuarantineRecord record_;
};

}  // namespace paretune::harness
