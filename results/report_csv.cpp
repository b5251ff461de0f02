// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "results/fields.h"
#include "results/report.h"

namespace paretune::results {

namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  result += '"';
  return result;
}

/// A tab or carriage return at the beginning has become a space by now.
std::string cell(const Field& field, const CandidateRow& row) {
  std::string text = format(field, row);
  const bool formula = field.kind == Field::Kind::text && !text.empty() &&
                       std::string_view(" =+-@\t\r").find(text.front()) != std::string_view::npos;
  if (formula) text.insert(text.begin(), '\'');
  return quoted(text);
}

}  // namespace

std::string csv(const std::vector<CandidateRow>& rows) {
  std::vector<std::string> cells;
  for (const Field& field : fields()) cells.push_back(quoted(std::string(field.name)));
  std::string result = fmt::format("{}\n", fmt::join(cells, ","));
  for (const CandidateRow& row : rows) {
    cells.clear();
    for (const Field& field : fields()) cells.push_back(cell(field, row));
    result += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return result;
}

}  // namespace paretune::results
