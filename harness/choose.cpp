// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "harness/tune.h"

namespace paretune::harness {
namespace {

using results::CandidateRow;
using results::Metric;

const Metric* find(const CandidateRow& row, const std::string& name) {
  const auto found = row.metrics.find(name);
  return found == row.metrics.end() ? nullptr : &found->second;
}

bool accurate_enough(const Study& study, const CandidateRow& baseline, const CandidateRow& row) {
  const Metric* before = find(baseline, "accuracy");
  const Metric* after = find(row, "accuracy");
  return before == nullptr ||
         (after != nullptr && after->value >= before->value - study.max_accuracy_drop);
}

/// "0.437x the baseline's latency [0.430, 0.445] at 99.8 %, n=120 in 6 processes".
std::string figures(const results::ComparisonRecord& comparison) {
  return fmt::format("{:.3g}x the baseline's latency [{:.3g}, {:.3g}] at {:.4g} %, n={} in {} {}",
                     comparison.ratio, comparison.lo, comparison.hi, 100 * comparison.level,
                     comparison.pairs, comparison.restarts,
                     comparison.restarts == 1 ? "process" : "processes");
}

/// What follows the figures of one that did not win.
std::string outlook(const results::ComparisonRecord& comparison) {
  std::string text;
  if (!comparison.reason.empty()) text += "; " + comparison.reason;
  if (comparison.verdict == "inconclusive" && comparison.more_pairs > 0) {
    text += fmt::format("; about {} more pairs would settle it", comparison.more_pairs);
  }
  return text;
}

/// The one that breaks its constraints least in sum; what was not measured counts as broken wholly.
std::string nearest_miss(const Study& study, const std::vector<CandidateRow>& rows) {
  const CandidateRow* nearest = nullptr;
  double least = 0;
  for (const CandidateRow& row : rows) {
    if (row.outcome != results::Outcome::ok) continue;
    double sum = 0;
    for (const Bound& bound : study.constraints) {
      sum += std::max(excess(bound, row.metrics).value_or(1), 0.0);
    }
    if (nearest != nullptr && sum >= least) continue;
    nearest = &row;
    least = sum;
  }
  if (nearest == nullptr) return "";
  if (keeps(study.constraints, nearest->metrics)) {
    return fmt::format(
        "; candidate {} keeps them but was not confirmed, or not within {:g} of the "
        "baseline's accuracy",
        nearest->id, study.max_accuracy_drop);
  }
  return fmt::format("; the nearest is candidate {}, which breaks {}", nearest->id,
                     broken_text(study.constraints, nearest->metrics));
}

/// Confirmed by a comparison, accurate enough and within the constraints; lowest ratio first.
/// Without the baseline.
std::vector<const CandidateRow*> eligible(const Study& study, const CandidateRow& baseline,
                                          const std::vector<CandidateRow>& rows) {
  std::vector<const CandidateRow*> list;
  for (const CandidateRow& row : rows) {
    if (&row == &baseline || !row.confirmed || row.outcome != results::Outcome::ok ||
        !row.comparison || !accurate_enough(study, baseline, row) ||
        !keeps(study.constraints, row.metrics)) {
      continue;
    }
    list.push_back(&row);
  }
  std::stable_sort(list.begin(), list.end(), [](const CandidateRow* a, const CandidateRow* b) {
    return a->comparison->ratio < b->comparison->ratio;
  });
  return list;
}

/// The baseline breaks the constraints: whatever keeps them is better, proven faster or not.
Choice choose_within(const Study& study, const std::vector<const CandidateRow*>& list,
                     const std::vector<CandidateRow>& rows) {
  if (list.empty()) {
    return {0, "nothing to export: no confirmed candidate keeps the study's constraints" +
                   nearest_miss(study, rows)};
  }
  return {list.front()->id, "within the constraints, which the baseline breaks: " +
                                figures(*list.front()->comparison)};
}

}  // namespace

Choice choose_best(const Study& study, const std::vector<CandidateRow>& rows) {
  const CandidateRow* baseline = nullptr;
  for (const CandidateRow& row : rows) {
    if (row.origin == "baseline" && row.outcome == results::Outcome::ok) baseline = &row;
  }
  if (baseline == nullptr) return {0, "no baseline was measured"};
  const auto list = eligible(study, *baseline, rows);
  if (!keeps(study.constraints, baseline->metrics)) return choose_within(study, list, rows);
  for (const CandidateRow* row : list) {
    if (row->comparison->verdict == "win") return {row->id, "win: " + figures(*row->comparison)};
  }
  if (list.empty()) {
    return {baseline->id,
            fmt::format("baseline: no candidate within {:g} of its accuracy{} was confirmed",
                        study.max_accuracy_drop,
                        study.constraints.empty() ? "" : " and within the constraints")};
  }
  const results::ComparisonRecord& best = *list.front()->comparison;
  return {baseline->id, fmt::format("{}: the best of {} confirmed takes {}{}", best.verdict,
                                    list.size(), figures(best), outlook(best))};
}

}  // namespace paretune::harness
