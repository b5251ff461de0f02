// SPDX-License-Identifier: Apache-2.0
#include "results/records.h"

#include <array>
#include <set>
#include <stdexcept>
#include <utility>

namespace paretune::results {

namespace {

constexpr std::array<std::pair<Outcome, std::string_view>, 10> outcome_names = {{
    {Outcome::ok, "ok"},
    {Outcome::wrong, "wrong"},
    {Outcome::compile_fail, "compile_fail"},
    {Outcome::crash, "crash"},
    {Outcome::hang, "hang"},
    {Outcome::host_oom, "host_oom"},
    {Outcome::device_oom, "device_oom"},
    {Outcome::poisoned, "poisoned"},
    {Outcome::unsupported, "unsupported"},
    {Outcome::skipped, "skipped"},
}};

/// Parts of a key end in a character that stands in none of them.
constexpr char separator = '\x1f';

template <class Member>
std::vector<std::string> distinct(const model::Candidate& candidate, Member member) {
  std::set<std::string> words;
  for (const auto& [layer, choice] : candidate.layers) {
    if (!(choice.*member).empty()) words.insert(choice.*member);
  }
  return {words.begin(), words.end()};
}

}  // namespace

std::string_view to_text(Outcome outcome) {
  for (const auto& [value, name] : outcome_names) {
    if (value == outcome) return name;
  }
  throw std::invalid_argument("unknown outcome");
}

Outcome outcome_from_text(std::string_view text) {
  for (const auto& [value, name] : outcome_names) {
    if (name == text) return value;
  }
  throw std::invalid_argument("unknown outcome '" + std::string(text) + "'");
}

const Metric* Measurement::find(std::string_view name) const {
  for (const Metric& metric : metrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

std::string KernelRecord::key() const {
  std::string result;
  for (const std::string& part : {workload, kernel, version, device, knobs, std::to_string(threads),
                                  machine, std::to_string(protocol), cache_state}) {
    result += part + separator;
  }
  return result;
}

std::vector<std::string> CandidateRow::schemes() const {
  return distinct(candidate, &model::LayerChoice::scheme);
}

std::vector<std::string> CandidateRow::devices() const {
  return distinct(candidate, &model::LayerChoice::device);
}

}  // namespace paretune::results
