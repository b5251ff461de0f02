// SPDX-License-Identifier: Apache-2.0
#include "results/fields.h"

#include <fmt/format.h>

#include <cmath>

#include "results/plain_text.h"

namespace paretune::results {

namespace {

using Kind = Field::Kind;
using Sense = Field::Sense;

/// A field that is a metric: its getter looks the name up.
Field metric(std::string_view name, std::string_view title, std::string_view unit, Sense sense,
             int decimals) {
  Field field;
  field.name = name;
  field.title = title;
  field.unit = unit;
  field.sense = sense;
  field.decimals = decimals;
  field.metric = true;
  field.number = [key = std::string(name)](const CandidateRow& row) -> std::optional<double> {
    const auto found = row.metrics.find(key);
    if (found == row.metrics.end() || std::isnan(found->second.value)) return std::nullopt;
    return found->second.value;
  };
  return field;
}

template <class Get>
Field integer(std::string_view name, std::string_view title, std::string_view sql, Get get) {
  Field field;
  field.name = name;
  field.title = title;
  field.kind = Kind::integer;
  field.decimals = 0;
  field.sql = sql;
  field.number = [get](const CandidateRow& row) { return std::optional<double>(get(row)); };
  return field;
}

template <class Get>
Field text(std::string_view name, std::string_view title, std::string_view sql, Get get) {
  Field field;
  field.name = name;
  field.title = title;
  field.kind = Kind::text;
  field.decimals = 0;
  field.sql = sql;
  field.number = [](const CandidateRow&) { return std::optional<double>(); };
  field.text = [get](const CandidateRow& row) { return plain(get(row)); };
  return field;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// Every field also has text: numbers by their decimals.
std::vector<Field> with_text(std::vector<Field> fields) {
  for (Field& field : fields) {
    if (field.text) continue;
    field.text = [number = field.number, decimals = field.decimals](const CandidateRow& row) {
      const std::optional<double> value = number(row);
      return value ? fmt::format("{:.{}f}", *value, decimals) : std::string();
    };
  }
  return fields;
}

std::vector<Field> make_fields() {
  using Row = CandidateRow;
  return with_text({
      integer("id", "Id", "c.id", [](const Row& row) { return row.id; }),
      text("origin", "Origin", "c.origin", [](const Row& row) { return row.origin; }),
      text("outcome", "Outcome", "o.outcome",
           [](const Row& row) { return std::string(to_text(row.outcome)); }),
      integer("on_front", "Front", "", [](const Row& row) { return row.on_front ? 1 : 0; }),
      metric("latency_p50_ms", "Latency p50", "ms", Sense::minimise, 4),
      metric("latency_min_ms", "Latency min", "ms", Sense::minimise, 4),
      metric("latency_p90_ms", "Latency p90", "ms", Sense::minimise, 4),
      metric("latency_p99_ms", "Latency p99", "ms", Sense::minimise, 4),
      metric("cpu_p50_ms", "CPU time p50", "ms", Sense::minimise, 4),
      metric("latency_ratio", "Ratio to incumbent", "", Sense::minimise, 3),
      metric("memory_mib", "Memory", "MiB", Sense::minimise, 2),
      metric("accuracy", "Accuracy", "", Sense::maximise, 4),
      metric("accuracy_report", "Accuracy (report)", "", Sense::maximise, 4),
      metric("throughput_per_s", "Throughput", "1/s", Sense::maximise, 1),
      metric("server_p50_ms", "Server latency p50", "ms", Sense::minimise, 4),
      metric("server_p99_ms", "Server latency p99", "ms", Sense::minimise, 4),
      metric("server_late", "Late answers", "", Sense::minimise, 4),
      metric("energy_mj", "Energy per run", "mJ", Sense::minimise, 3),
      text("schemes", "Schemes", "c.schemes", [](const Row& row) { return joined(row.schemes()); }),
      text("devices", "Devices", "c.devices", [](const Row& row) { return joined(row.devices()); }),
      text("runtime", "Runtime", "c.runtime", [](const Row& row) { return row.candidate.runtime; }),
      integer("threads", "Threads", "c.threads",
              [](const Row& row) { return row.candidate.threads; }),
      integer("batch", "Batch", "c.batch", [](const Row& row) { return row.candidate.batch; }),
      integer("confirmed", "Confirmed", "o.confirmed",
              [](const Row& row) { return row.confirmed ? 1 : 0; }),
      text(
          "verdict", "Verdict",
          "(SELECT p.verdict FROM comparison p WHERE p.candidate_id = c.id AND p.kind = 'finalist' "
          "AND p.invalid IS NULL ORDER BY p.id DESC LIMIT 1)",
          [](const Row& row) { return row.comparison ? row.comparison->verdict : std::string(); }),
      metric("latency_cv", "Latency spread", "", Sense::none, 3),
      metric("cpu_over_wall", "CPU over wall", "", Sense::none, 3),
      metric("disturbed", "Disturbed samples", "", Sense::none, 3),
      metric("context_switches", "Context switches", "", Sense::none, 0),
      metric("mhz", "Clock", "MHz", Sense::none, 0),
      metric("temperature_c", "Temperature", "C", Sense::none, 1),
      metric("throttles", "Throttle events", "", Sense::none, 0),
      metric("load", "Load", "", Sense::none, 2),
      metric("steal", "Stolen time", "", Sense::none, 4),
  });
}

}  // namespace

const std::vector<Field>& fields() {
  static const std::vector<Field> list = make_fields();
  return list;
}

const Field* find_field(std::string_view name) {
  for (const Field& field : fields()) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string format(const Field& field, const CandidateRow& row) { return field.text(row); }

}  // namespace paretune::results
