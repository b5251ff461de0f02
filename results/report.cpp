// SPDX-License-Identifier: Apache-2.0
#include "results/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "results/fields.h"

namespace paretune::results {

namespace {

constexpr std::size_t least_width = 60;
constexpr const char* bold = "\x1b[1m";
constexpr const char* plain = "\x1b[0m";

double latency_of(const CandidateRow& row) {
  return find_field("latency_p50_ms")
      ->number(row)
      .value_or(std::numeric_limits<double>::infinity());
}

const Metric* metric_of(const CandidateRow& row, const std::string& name) {
  const auto found = row.metrics.find(name);
  return found == row.metrics.end() || std::isnan(found->second.value) ? nullptr : &found->second;
}

std::vector<const CandidateRow*> front_of(const std::vector<CandidateRow>& rows) {
  std::vector<const CandidateRow*> front;
  for (const CandidateRow& row : rows) {
    if (row.on_front) front.push_back(&row);
  }
  std::stable_sort(front.begin(), front.end(), [](const CandidateRow* a, const CandidateRow* b) {
    return latency_of(*a) < latency_of(*b);
  });
  return front;
}

/// "1.234 [1.200, 1.300]"; without brackets when the value is exact, "-" when there is none.
std::string cell(const Field& field, const CandidateRow& row) {
  std::string value = format(field, row);
  if (value.empty()) return "-";
  const Metric* metric = metric_of(row, std::string(field.name));
  if (metric == nullptr || (metric->lo == metric->value && metric->hi == metric->value))
    return value;
  return fmt::format("{0} [{2:.{1}f}, {3:.{1}f}]", value, field.decimals, metric->lo, metric->hi);
}

struct Column {
  bool left = false;
  std::size_t width = 0;
  std::vector<std::string> cells;  ///< header first
};

std::vector<Column> columns_of(const std::vector<const CandidateRow*>& front) {
  std::vector<Column> columns;
  const bool compared = std::any_of(front.begin(), front.end(), [](const CandidateRow* row) {
    return row->comparison.has_value();
  });
  for (const std::string_view name :
       {"id", "latency_p50_ms", "memory_mib", "accuracy", "verdict", "schemes", "devices"}) {
    if (name == "verdict" && !compared) continue;
    const Field& field = *find_field(name);
    Column column;
    column.left = field.kind == Field::Kind::text;
    const std::string title(field.title);
    column.cells.push_back(field.unit.empty() ? title : fmt::format("{} {}", title, field.unit));
    for (const CandidateRow* row : front) column.cells.push_back(cell(field, *row));
    for (const std::string& text : column.cells) column.width = std::max(column.width, text.size());
    columns.push_back(std::move(column));
  }
  return columns;
}

/// The text columns at the end give way when the line is too long.
void fit(std::vector<Column>& columns, std::size_t width) {
  constexpr std::size_t least = 8;
  std::size_t total = 2 * (columns.size() - 1);
  for (const Column& column : columns) total += column.width;
  while (total > width) {
    const auto longer = [](const Column& a, const Column& b) {
      return (a.left ? a.width : 0) < (b.left ? b.width : 0);
    };
    Column& widest = *std::max_element(columns.begin(), columns.end(), longer);
    if (!widest.left || widest.width <= least) return;
    --widest.width;
    --total;
  }
}

/// Never in the middle of a UTF-8 character.
std::string clipped(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  std::size_t end = width - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

std::string line_of(const std::vector<Column>& columns, std::size_t index) {
  std::string line;
  for (const Column& column : columns) {
    const std::string text = clipped(column.cells[index], column.width);
    line += line.empty() ? "" : "  ";
    line += column.left ? fmt::format("{:<{}}", text, column.width)
                        : fmt::format("{:>{}}", text, column.width);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

nlohmann::ordered_json json_of(const CandidateRow& row) {
  nlohmann::ordered_json result;
  result["id"] = row.id;
  const Metric* latency = metric_of(row, "latency_p50_ms");
  const Metric* memory = metric_of(row, "memory_mib");
  const Metric* accuracy = metric_of(row, "accuracy");
  result["latency_ms"] = nullptr;
  result["memory_mib"] = nullptr;
  result["accuracy"] = nullptr;
  if (latency != nullptr) {
    result["latency_ms"] = {{"p50", latency->value}, {"lo", latency->lo}, {"hi", latency->hi}};
  }
  if (memory != nullptr) result["memory_mib"] = memory->value;
  if (accuracy != nullptr) {
    result["accuracy"] = {
        {"value", accuracy->value}, {"lo", accuracy->lo}, {"hi", accuracy->hi}, {"n", accuracy->n}};
  }
  result["schemes"] = row.schemes();
  result["devices"] = row.devices();
  result["runtime"] = row.candidate.runtime;
  return result;
}

}  // namespace

std::string front_table(const std::vector<CandidateRow>& rows, int width, bool colour) {
  const std::vector<const CandidateRow*> front = front_of(rows);
  if (front.empty()) return "No candidate is on the front yet.\n";
  std::vector<Column> columns = columns_of(front);
  fit(columns, std::max(least_width, static_cast<std::size_t>(std::max(width, 0))));
  std::string table;
  for (std::size_t i = 0; i <= front.size(); ++i) {
    const std::string line = line_of(columns, i);
    table += (colour && i == 0 ? bold + line + plain : line) + "\n";
  }
  return table;
}

std::string best_per_device(const std::vector<CandidateRow>& rows) {
  const Field& devices = *find_field("devices");
  const Field& latency = *find_field("latency_p50_ms");
  std::map<std::string, const CandidateRow*> best;
  for (const CandidateRow& row : rows) {
    if (row.outcome != Outcome::ok || !latency.number(row)) continue;
    const CandidateRow*& kept = best[format(devices, row)];
    if (kept == nullptr || latency_of(row) < latency_of(*kept)) kept = &row;
  }
  std::size_t width = 0;
  for (const auto& [name, row] : best) width = std::max(width, name.size());
  std::string lines;
  for (const auto& [name, row] : best) {
    lines += fmt::format("{:<{}}  {} {}  {}  candidate {}\n", name, width, cell(latency, *row),
                         latency.unit, format(*find_field("schemes"), *row), row->id);
  }
  return lines;
}

std::string front_json(const std::vector<CandidateRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const CandidateRow* row : front_of(rows)) list.push_back(json_of(*row));
  // Escaped, so that a terminal shows it as it is; text that is no UTF-8 is no error.
  return list.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace paretune::results
