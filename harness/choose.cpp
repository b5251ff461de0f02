// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/tune.h"
#include "results/statistics.h"

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

/// Samples at which the interval would just clear the margin if the ratio stayed: widths shrink as
/// 1/sqrt(n).
std::string pairs_to_settle(const Metric& ratio, double margin) {
  const double distance = (1 - margin) - ratio.value;
  const double width = ratio.hi - ratio.value;
  if (distance <= 0 || width <= 0) return "";
  const double n =
      std::ceil(static_cast<double>(ratio.n) * (width / distance) * (width / distance));
  return fmt::format("; about {:.0f} pairs would settle it", n);
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

double ratio_of(const CandidateRow& row) { return find(row, "latency_ratio")->value; }

/// Confirmed, accurate enough and within the constraints; lowest latency_ratio first. Without the
/// baseline.
std::vector<const CandidateRow*> eligible(const Study& study, const CandidateRow& baseline,
                                          const std::vector<CandidateRow>& rows) {
  std::vector<const CandidateRow*> list;
  for (const CandidateRow& row : rows) {
    if (&row == &baseline || !row.confirmed || row.outcome != results::Outcome::ok ||
        find(row, "latency_ratio") == nullptr || !accurate_enough(study, baseline, row) ||
        !keeps(study.constraints, row.metrics)) {
      continue;
    }
    list.push_back(&row);
  }
  std::stable_sort(list.begin(), list.end(), [](const CandidateRow* a, const CandidateRow* b) {
    return ratio_of(*a) < ratio_of(*b);
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
  const Metric& ratio = *find(*list.front(), "latency_ratio");
  return {list.front()->id,
          fmt::format("within the constraints, which the baseline breaks: {:.3g}x the baseline's "
                      "latency [{:.3g}, {:.3g}], n={}",
                      ratio.value, ratio.lo, ratio.hi, ratio.n)};
}

results::Verdict verdict_of(const Study& study, const CandidateRow& row) {
  const Metric& ratio = *find(row, "latency_ratio");
  return results::judge({ratio.value, ratio.lo, ratio.hi}, study.margin);
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
    if (verdict_of(study, *row) != results::Verdict::win) continue;
    const Metric& ratio = *find(*row, "latency_ratio");
    return {row->id, fmt::format("win: {:.3g}x the baseline's latency [{:.3g}, {:.3g}], n={}",
                                 ratio.value, ratio.lo, ratio.hi, ratio.n)};
  }
  if (list.empty()) {
    return {baseline->id,
            fmt::format("baseline: no candidate within {:g} of its accuracy{} was confirmed",
                        study.max_accuracy_drop,
                        study.constraints.empty() ? "" : " and within the constraints")};
  }
  const Metric& ratio = *find(*list.front(), "latency_ratio");
  return {baseline->id,
          fmt::format("{}: the best of {} confirmed takes {:.3g}x the baseline's "
                      "latency [{:.3g}, {:.3g}], n={}{}",
                      results::to_text(verdict_of(study, *list.front())), list.size(), ratio.value,
                      ratio.lo, ratio.hi, ratio.n, pairs_to_settle(ratio, study.margin))};
}

}  // namespace paretune::harness
