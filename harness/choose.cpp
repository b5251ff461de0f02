// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

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

}  // namespace

Choice choose_best(const Study& study, const std::vector<CandidateRow>& rows) {
  const CandidateRow* baseline = nullptr;
  for (const CandidateRow& row : rows) {
    if (row.origin == "baseline" && row.outcome == results::Outcome::ok) baseline = &row;
  }
  if (baseline == nullptr) return {0, "no baseline was measured"};
  const CandidateRow* best = nullptr;
  const CandidateRow* closest = nullptr;
  int confirmed = 0;
  for (const CandidateRow& row : rows) {
    const Metric* ratio = find(row, "latency_ratio");
    if (&row == baseline || !row.confirmed || row.outcome != results::Outcome::ok ||
        ratio == nullptr || !accurate_enough(study, *baseline, row)) {
      continue;
    }
    ++confirmed;
    const auto better = [&](const CandidateRow* than) {
      return than == nullptr || ratio->value < find(*than, "latency_ratio")->value;
    };
    if (better(closest)) closest = &row;
    const auto verdict = results::judge({ratio->value, ratio->lo, ratio->hi}, study.margin);
    if (verdict == results::Verdict::win && better(best)) best = &row;
  }
  if (best != nullptr) {
    const Metric& ratio = *find(*best, "latency_ratio");
    return {best->id, fmt::format("win: {:.3g}x the baseline's latency [{:.3g}, {:.3g}], n={}",
                                  ratio.value, ratio.lo, ratio.hi, ratio.n)};
  }
  if (closest == nullptr) {
    return {baseline->id,
            fmt::format("baseline: no candidate within {:g} of its accuracy was confirmed",
                        study.max_accuracy_drop)};
  }
  const Metric& ratio = *find(*closest, "latency_ratio");
  const auto verdict = results::judge({ratio.value, ratio.lo, ratio.hi}, study.margin);
  return {baseline->id, fmt::format("{}: the best of {} confirmed takes {:.3g}x the baseline's "
                                    "latency [{:.3g}, {:.3g}], n={}{}",
                                    results::to_text(verdict), confirmed, ratio.value, ratio.lo,
                                    ratio.hi, ratio.n, pairs_to_settle(ratio, study.margin))};
}

}  // namespace paretune::harness
