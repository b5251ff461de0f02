// SPDX-License-Identifier: Apache-2.0
#include "results/read_rows.h"

#include <algorithm>
#include <stdexcept>

#include "results/refuse.h"

namespace paretune::results {

namespace {

constexpr std::size_t longest_json = 4 << 20;
constexpr int deepest_json = 64;

/// Levels of brackets outside strings; an upper bound also for what is no JSON.
int depth_of(std::string_view text) {
  int depth = 0, deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '[' || c == '{')) {
      deepest = std::max(deepest, ++depth);
    } else if (!quoted && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

Outcome stored_outcome(const std::string& text, const std::string& table) {
  try {
    return outcome_from_text(text);
  } catch (const std::invalid_argument&) {
    throw StoreError("the results database holds a word in table " + table +
                     " that is no outcome; restore it from a copy");
  }
}

std::string bounded_json(std::string text, std::string_view what) {
  if (text.size() <= longest_json && depth_of(text) <= deepest_json) return text;
  throw refuse(
      "the results database holds a {} that is too large or too deep to be one ({} bytes); restore "
      "it from a copy",
      what, text.size());
}

}  // namespace paretune::results
