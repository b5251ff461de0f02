// SPDX-License-Identifier: Apache-2.0
#include "tests/model/backend/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace paretune::model {
namespace {

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

std::vector<Case> with_operator(const std::vector<Case>& cases, const std::string& name) {
  std::vector<Case> found;
  std::ranges::copy_if(cases, std::back_inserter(found), [&](const Case& test) {
    return std::ranges::find(test.operators, name) != test.operators.end();
  });
  return found;
}

std::string sentence(const Tally& tally, const std::string& what) {
  return fmt::format("{} of {} {} pass ({:.1f} %)", tally.passed, tally.total, what,
                     100 * tally.share());
}

constexpr const char* introduction = R"(# Operators

Made by `model_cases --write-page`; a test holds it equal to what the cases show.
"Versions" are those of the standard that a model of operator set 7 or later can mean. A case counts for every operator it
is made of. The cases are the ones the `onnx` package publishes for backends, with its tolerances, made only of these operators
and of numeric tensors.

)";

}  // namespace

std::map<std::string, std::string> read_notes(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error(file.string() + " cannot be read");
  std::map<std::string, std::string> notes;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto colon = line.find(':');
    notes[trimmed(line.substr(0, colon))] =
        colon == std::string::npos ? "" : trimmed(line.substr(colon + 1));
  }
  return notes;
}

Tally count(const std::vector<Case>& cases, const std::map<std::string, std::string>& failures,
            bool ordinary_only) {
  Tally tally;
  for (const auto& test : cases) {
    if (ordinary_only && test.low_bit) continue;
    ++tally.total;
    if (!failures.contains(test.name)) ++tally.passed;
  }
  return tally;
}

std::string operators_page(const std::vector<Case>& cases,
                           const std::map<std::string, std::string>& failures,
                           const std::map<std::string, std::string>& notes,
                           const std::map<std::string, std::string>& versions) {
  std::string page = introduction;
  page += sentence(count(cases, failures, false), "cases") + "; ";
  page +=
      sentence(count(cases, failures, true), "without 8-bit floating and narrower types") + ".\n";
  page += "\n| operator | versions | cases passed | notes |\n|---|---|---|---|\n";
  for (const auto& [name, note] : notes) {
    const Tally tally = count(with_operator(cases, name), failures, false);
    const auto since = versions.find(name);
    page +=
        fmt::format("| {} | {} | {} of {} | {} |\n", name,
                    since == versions.end() ? "" : since->second, tally.passed, tally.total, note);
  }
  if (failures.empty()) return page;
  page += "\n## Failing cases\n| case | why |\n|---|---|\n";
  for (const auto& [name, reason] : failures) page += fmt::format("| {} | {} |\n", name, reason);
  return page;
}

}  // namespace paretune::model
