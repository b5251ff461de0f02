// SPDX-License-Identifier: Apache-2.0
#include "harness/bounds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "harness/schema.h"
#include "results/fields.h"

namespace paretune::harness {
namespace {

struct Alias {
  std::string_view name, field;
};
constexpr std::array kAliases = {Alias{"latency", "latency_p50_ms"}, Alias{"memory", "memory_mib"},
                                 Alias{"cpu_time", "cpu_p50_ms"}};

struct Unit {
  std::string_view name, of;  ///< `of`: a field's unit
  double factor;
};
constexpr double kMib = 1024.0 * 1024.0;
constexpr std::array kUnits = {Unit{"ms", "ms", 1},
                               Unit{"s", "ms", 1e3},
                               Unit{"us", "ms", 1e-3},
                               Unit{"ns", "ms", 1e-6},
                               Unit{"MiB", "MiB", 1},
                               Unit{"GiB", "MiB", 1024},
                               Unit{"KiB", "MiB", 1 / 1024.0},
                               Unit{"B", "MiB", 1 / kMib},
                               Unit{"kB", "MiB", 1e3 / kMib},
                               Unit{"MB", "MiB", 1e6 / kMib},
                               Unit{"GB", "MiB", 1e9 / kMib},
                               Unit{"%", "", 0.01}};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

const results::Field& field_of(std::string_view name) {
  for (const Alias& alias : kAliases) {
    if (alias.name == name) return *results::find_field(alias.field);
  }
  std::vector<std::string> known;
  for (const Alias& alias : kAliases) known.emplace_back(alias.name);
  for (const results::Field& field : results::fields()) {
    if (!field.metric) continue;
    if (field.name == name) return field;
    known.emplace_back(field.name);
  }
  const std::string best = nearest(name, known);
  throw std::invalid_argument(
      fmt::format("unknown field '{}' in a constraint (known: {}){}", name, fmt::join(known, ", "),
                  best.empty() ? "" : fmt::format(": did you mean '{}'?", best)));
}

double factor_of(std::string_view unit, const results::Field& field) {
  if (unit.empty()) return 1;
  std::vector<std::string_view> known;
  for (const Unit& each : kUnits) {
    if (each.of != field.unit) continue;
    if (each.name == unit) return each.factor;
    known.push_back(each.name);
  }
  throw std::invalid_argument(fmt::format("unknown unit '{}' for '{}' in a constraint (known: {})",
                                          unit, field.name, fmt::join(known, ", ")));
}

}  // namespace

Bound parse_bound(std::string_view text) {
  Bound bound;
  bound.text = trimmed(text);
  const auto sign = bound.text.find_first_of("<>");
  if (sign == std::string::npos || bound.text.substr(sign + 1, 1) != "=") {
    throw std::invalid_argument(fmt::format(
        "the constraint '{}' is not of the form 'memory <= 2 MiB' or 'accuracy >= 0.9'", text));
  }
  const std::string_view all = bound.text;
  const results::Field& field = field_of(trimmed(all.substr(0, sign)));
  bound.field = field.name;
  bound.at_least = all[sign] == '>';
  const std::string_view right = trimmed(all.substr(sign + 2));
  const auto [end, error] = std::from_chars(right.data(), right.data() + right.size(), bound.value);
  if (error != std::errc() || !std::isfinite(bound.value)) {
    throw std::invalid_argument(
        fmt::format("the constraint '{}' has no number after its sign", text));
  }
  const auto used = static_cast<std::size_t>(end - right.data());
  bound.value *= factor_of(trimmed(right.substr(used)), field);
  return bound;
}

Metrics by_name(const std::vector<results::Metric>& metrics) {
  Metrics map;
  for (const results::Metric& entry : metrics) map[entry.name] = entry;
  return map;
}

std::optional<double> excess(const Bound& bound, const Metrics& metrics) {
  const auto found = metrics.find(bound.field);
  if (found == metrics.end() || std::isnan(found->second.value)) return std::nullopt;
  const double beyond =
      bound.at_least ? bound.value - found->second.value : found->second.value - bound.value;
  return beyond / (bound.value == 0 ? 1 : std::abs(bound.value));
}

bool keeps(const std::vector<Bound>& bounds, const Metrics& metrics) {
  return std::all_of(bounds.begin(), bounds.end(),
                     [&](const Bound& bound) { return excess(bound, metrics).value_or(1) <= 0; });
}

bool may_keep(const std::vector<Bound>& bounds, const Metrics& metrics) {
  return std::all_of(bounds.begin(), bounds.end(),
                     [&](const Bound& bound) { return excess(bound, metrics).value_or(0) <= 0; });
}

std::string broken_text(const std::vector<Bound>& bounds, const Metrics& metrics) {
  std::vector<std::string> parts;
  for (const Bound& bound : bounds) {
    const auto beyond = excess(bound, metrics);
    if (beyond && *beyond <= 0) continue;
    const auto found = metrics.find(bound.field);
    parts.push_back(
        fmt::format("{} ({})", bound.text,
                    beyond ? fmt::format("{:.4g}{}{}", found->second.value,
                                         results::find_field(bound.field)->unit.empty() ? "" : " ",
                                         results::find_field(bound.field)->unit)
                           : "not measured"));
  }
  return fmt::format("{}", fmt::join(parts, " and "));
}

}  // namespace paretune::harness
