// SPDX-License-Identifier: Apache-2.0
#include "gui/models/study_front.h"

#include <cmath>
#include <limits>

namespace paretune::gui {
namespace {

struct Objective {
  const char* metric;
  double sign;  // -1: maximised
};
constexpr std::array<Objective, 3> objectives = {
    {{"latency_p50_ms", 1}, {"memory_mib", 1}, {"accuracy", -1}}};
constexpr double none = std::numeric_limits<double>::quiet_NaN();

double objective_value(const results::CandidateRow& row, const Objective& objective) {
  const auto found = row.metrics.find(objective.metric);
  return found == row.metrics.end() ? none : objective.sign * found->second.value;
}

}  // namespace

ObjectivesPresent objectives_present(const results::CandidateRow& row) {
  // Without any latency nothing is on the front, so it counts as present always.
  ObjectivesPresent present = {true, false, false};
  if (row.outcome != results::Outcome::ok) return present;
  for (std::size_t k = 1; k < objectives.size(); ++k) {
    present[k] = !std::isnan(objective_value(row, objectives[k]));
  }
  return present;
}

search::Objectives study_objectives(const results::CandidateRow& row,
                                    const ObjectivesPresent& present) {
  search::Objectives values;
  for (std::size_t k = 0; k < objectives.size(); ++k) {
    const bool failed = row.outcome != results::Outcome::ok;
    values.push_back(failed ? none : present[k] ? objective_value(row, objectives[k]) : 0);
  }
  return values;
}

void mark_front(const std::vector<results::CandidateRow*>& rows, const ObjectivesPresent& present) {
  std::vector<search::Objectives> points;
  points.reserve(rows.size());
  for (results::CandidateRow* row : rows) {
    row->on_front = false;
    points.push_back(study_objectives(*row, present));
  }
  for (const std::size_t index : search::pareto_front(points)) rows[index]->on_front = true;
}

}  // namespace paretune::gui
