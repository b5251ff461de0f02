// SPDX-License-Identifier: Apache-2.0
#include "harness/objectives.h"

#include <cmath>

#include "results/fields.h"

namespace paretune::harness {

std::optional<search::Objectives> objectives_of(const Study& study, const Metrics& metrics) {
  search::Objectives objectives;
  for (const std::string& name : study.objectives) {
    const results::Field* field = results::find_field(name);
    const auto metric = metrics.find(name);
    if (field == nullptr || metric == metrics.end() || std::isnan(metric->second.value)) {
      return std::nullopt;
    }
    const double sign = field->sense == results::Field::Sense::maximise ? -1 : 1;
    objectives.push_back(sign * metric->second.value);
  }
  return objectives;
}

std::vector<std::size_t> study_front(const Study& study, const std::vector<Metrics>& candidates) {
  std::vector<search::Objectives> points;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!may_keep(study.constraints, candidates[i])) continue;
    auto objectives = objectives_of(study, candidates[i]);
    if (!objectives) continue;
    points.push_back(std::move(*objectives));
    places.push_back(i);
  }
  std::vector<std::size_t> front = search::pareto_front(points);
  for (std::size_t& i : front) i = places[i];
  return front;
}

void mark_front(const Study& study, std::vector<results::CandidateRow>& rows) {
  if (study.objectives.empty()) return;
  std::vector<Metrics> candidates;
  for (results::CandidateRow& row : rows) {
    row.on_front = false;
    candidates.push_back(row.outcome == results::Outcome::ok ? row.metrics : Metrics());
  }
  for (const std::size_t i : study_front(study, candidates)) rows[i].on_front = true;
}

}  // namespace paretune::harness
