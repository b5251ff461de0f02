// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/records.h"

namespace paretune::results {

/// One field of a candidate: the single place its name, unit, type and getter stand. SQL views,
/// CSV, CLI tables and GUI columns are made from this list.
struct Field {
  enum class Kind { integer, real, text };
  enum class Sense { none, minimise, maximise };  ///< not none: usable as objective and plot axis
  std::string_view name;                          ///< column name: "latency_p50_ms"
  std::string_view title;                         ///< "Latency p50"
  std::string_view unit;                          ///< "ms", "MiB", ""
  Kind kind = Kind::real;
  Sense sense = Sense::none;
  int decimals = 3;
  /// Empty when the candidate has no such value.
  std::function<std::optional<double>(const CandidateRow&)> number;
  std::function<std::string(const CandidateRow&)> text;
  bool metric = false;  ///< stands in table metric under `name`
  /// Otherwise its expression in v_candidates: c is the candidate row, o its v_outcome row. ""
  /// keeps it out of the view.
  std::string_view sql;
};

/// In display order. Metric names used in Metric::name are exactly these: latency_p50_ms
/// latency_min_ms latency_p90_ms latency_p99_ms cpu_p50_ms latency_ratio (candidate / interleaved
/// incumbent) memory_mib accuracy accuracy_report throughput_per_s server_p50_ms server_p99_ms
/// server_late (share of queries beyond the bound) energy_mj; and, of the measurement's
/// circumstances, latency_cv (standard deviation / mean) cpu_over_wall disturbed (share of marked
/// samples) context_switches (involuntary) mhz temperature_c throttles load steal.
const std::vector<Field>& fields();
/// nullptr when there is none of that name.
const Field* find_field(std::string_view name);
/// value with the field's decimals; "" when empty. Text is plain() (results/plain_text.h).
std::string format(const Field& field, const CandidateRow& row);

}  // namespace paretune::results
