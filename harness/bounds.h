// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/records.h"

namespace paretune::harness {

/// A bound on a metric, which candidates must keep, as a study writes it: "memory <= 2 MiB".
struct Bound {
  std::string text;   ///< as written
  std::string field;  ///< name in results/fields.h
  bool at_least = false;
  double value = 0;  ///< in the field's unit
};

/// Reads "<field> <= <number> [<unit>]", also with >=. The field is a metric of results/fields.h or
/// one of latency, memory, cpu_time. Units: s ms us ns; B kB MB GB KiB MiB GiB; % of 1. Without a
/// unit the number is in the field's own. Throws std::invalid_argument with one sentence.
Bound parse_bound(std::string_view text);

using Metrics = std::map<std::string, results::Metric>;
Metrics by_name(const std::vector<results::Metric>& metrics);

/// By how much of the bound (of 1 where the bound is 0) the metric lies beyond it; negative:
/// within. nullopt when it was not measured.
std::optional<double> excess(const Bound& bound, const Metrics& metrics);

/// Every bound's metric was measured and lies within.
bool keeps(const std::vector<Bound>& bounds, const Metrics& metrics);

/// The same for what was measured only: a screening has no figures of the report split.
bool may_keep(const std::vector<Bound>& bounds, const Metrics& metrics);

/// "accuracy >= 0.95 (0.912)" for the bounds that are broken or not measured, joined by " and ".
std::string broken_text(const std::vector<Bound>& bounds, const Metrics& metrics);

}  // namespace paretune::harness
