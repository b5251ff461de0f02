// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "harness/candidate_pairs.h"
#include "harness/objectives.h"
#include "harness/tune_state.h"

namespace paretune::harness {
namespace {

using results::CandidateRow;
using results::Interval;
using results::Metric;
using results::Outcome;
using results::Verdict;

constexpr double kTail95 = 0.025;

/// A candidate as it was screened: later, confirmed figures must not change who the finalists are.
struct Contender {
  CandidateRow row;
  results::EvaluationRecord screening;
  double latency = 0, accuracy = 0;
};

std::vector<Contender> contenders(const TuneState& state) {
  std::vector<Contender> list;
  for (const CandidateRow& row : state.store.candidates(state.summary.study_id)) {
    auto screening = state.store.latest_evaluation(row.id, 0);
    if (!screening || screening->session_id < state.first_session) continue;
    Contender contender{row, std::move(*screening), 0, 0};
    const Metric* latency = contender.screening.measurement.find("latency_p50_ms");
    const Metric* accuracy = contender.screening.measurement.find("accuracy");
    if (latency == nullptr || accuracy == nullptr) continue;
    contender.latency = latency->value;
    contender.accuracy = accuracy->value;
    list.push_back(std::move(contender));
  }
  return list;
}

bool compared_already(const TuneState& state, std::int64_t candidate_id) {
  if (!state.reuse) return false;
  const auto list = state.store.comparisons(state.summary.study_id);
  return std::any_of(list.begin(), list.end(), [&](const results::ComparisonRecord& comparison) {
    return comparison.candidate_id == candidate_id && comparison.session_id >= state.first_session;
  });
}

struct Finalist {
  std::int64_t id;
  std::unique_ptr<CandidatePairs> pairs;
};

/// Confirms a set of finalists: the contests, and what becomes of their rounds in the store.
class Confirmation {
 public:
  explicit Confirmation(TuneState& state) : state_(state) {}

  void add(std::int64_t candidate_id, bool hidden) {
    const auto row = state_.store.find_candidate(candidate_id);
    if (!row || compared_already(state_, candidate_id)) return;
    finalists_.push_back(
        {candidate_id, std::make_unique<CandidatePairs>(state_.evaluator, row->candidate,
                                                        state_.baseline, true)});
    contests_.push_back(
        {fmt::format("candidate {}", candidate_id), finalists_.back().pairs.get(), hidden});
  }

  void run() {
    const ComparisonPlan plan = plan_of(state_.study);
    state_.enter("confirm", static_cast<std::int64_t>(contests_.size()) * 2 * plan.restarts);
    began_ = std::chrono::steady_clock::now();
    ComparisonHooks hooks;
    hooks.stopped = [this] { return state_.stopped(); };
    hooks.wait = [this](double seconds) { wait(seconds); };
    hooks.took = [this](const std::string& name, std::int64_t pairs) {
      state_.step(false, fmt::format("{}: {} pairs", name, pairs));
    };
    hooks.round_ended = [this](std::size_t i, const Comparison& comparison) {
      record_round(finalists_[i], comparison);
    };
    auto comparisons = compare_all(contests_, plan, hooks);
    if (state_.stopped()) return;
    distrust(comparisons);
    for (std::size_t i = 0; i < comparisons.size(); ++i) record(i, comparisons[i]);
  }

 private:
  /// In small steps, so that a stop is heard.
  void wait(double seconds) {
    constexpr double step = 0.2;
    state_.progress.last = fmt::format("waiting {:.0f} s before the second block", seconds);
    if (state_.options.progress) state_.options.progress(state_.progress);
    for (double left = seconds; left > 0 && !state_.stopped(); left -= step) {
      std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, step)));
    }
  }

  void record_round(Finalist& finalist, const Comparison& comparison) {
    results::EvaluationRecord record;
    record.candidate_id = finalist.id;
    record.session_id = state_.summary.session_id;
    record.block = static_cast<int>(comparison.rounds);
    record.restart = static_cast<int>(comparison.processes_per_round.back());
    record.paired_with = state_.summary.baseline_id;
    const auto now = std::chrono::steady_clock::now();
    record.seconds = std::chrono::duration<double>(now - std::exchange(began_, now)).count();
    record.measurement = finalist.pairs->end_round();
    add_figures(record, comparison);
    state_.store.record(record);
  }

  /// Latencies of all rounds so far; accuracy of the search where numerics are equal.
  void add_figures(results::EvaluationRecord& record, const Comparison& comparison) {
    results::Measurement& measurement = record.measurement;
    add_latency_metrics(measurement);
    std::erase_if(measurement.metrics, [](const Metric& m) { return m.name == "latency_ratio"; });
    const Interval ratio = comparison.estimate.interval(kTail95);
    measurement.metrics.push_back(
        {"latency_ratio", ratio.value, ratio.lo, ratio.hi, comparison.estimate.pairs});
    const auto screening = state_.store.latest_evaluation(record.candidate_id, 0);
    const Metric* selected = screening ? screening->measurement.find("accuracy") : nullptr;
    // Equal numerics, equal outputs: the accuracy seen by the search is this plan's too.
    if (selected != nullptr && measurement.numerics == screening->measurement.numerics) {
      measurement.metrics.push_back(*selected);
    }
    const Metric* report = measurement.find("accuracy_report");
    if (report == nullptr || record.block != 1) return;
    state_.store.record(results::AccuracyRecord{measurement.numerics, "report", state_.study.metric,
                                                report->value, report->lo, report->hi, report->n,
                                                state_.summary.study_id});
  }

  /// A baseline that beats or loses to itself: what else was won here may be noise, too.
  void distrust(std::vector<Comparison>& comparisons) const {
    const Comparison* control = nullptr;
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
      const Verdict verdict = comparisons[i].verdict;
      const bool odd = verdict == Verdict::win || verdict == Verdict::loss;
      if (contests_[i].hidden && odd) control = &comparisons[i];
    }
    if (control == nullptr) return;
    for (Comparison& comparison : comparisons) {
      if (&comparison == control || comparison.verdict != Verdict::win) continue;
      comparison.verdict = Verdict::inconclusive;
      comparison.reason = fmt::format(
          "the baseline compared with itself came out at {:.3f}x: this session's "
          "timings cannot be trusted",
          control->interval.value);
    }
  }

  void record(std::size_t i, const Comparison& comparison) {
    const Finalist& finalist = finalists_[i];
    if (comparison.failure) record_failure(finalist, *comparison.failure);
    if (comparison.clusters.empty()) return;
    results::ComparisonRecord record;
    record.session_id = state_.summary.session_id;
    record.candidate_id = finalist.id;
    record.against_id = state_.summary.baseline_id;
    record.kind = contests_[i].hidden ? "aa" : "finalist";
    record.verdict = results::to_text(comparison.verdict);
    record.ratio = comparison.interval.value;
    record.lo = comparison.interval.lo;
    record.hi = comparison.interval.hi;
    record.level = comparison.level;
    record.margin = state_.study.margin;
    record.pairs = comparison.estimate.pairs;
    record.restarts = comparison.estimate.processes;
    record.blocks = comparison.rounds;
    record.more_pairs = comparison.more_pairs;
    record.reason = comparison.reason;
    state_.store.record(record);
  }

  void record_failure(const Finalist& finalist, const results::Failure& failure) {
    results::EvaluationRecord record;
    record.candidate_id = finalist.id;
    record.session_id = state_.summary.session_id;
    record.block = 1;
    record.paired_with = state_.summary.baseline_id;
    record.outcome = failure.outcome;
    record.failure = failure;
    state_.store.record(record);
    ++state_.summary.failed;
    state_.step(true, fmt::format("candidate {}: {}", finalist.id, failure.reason));
  }

  TuneState& state_;
  std::vector<Finalist> finalists_;
  std::vector<Contest> contests_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace

std::vector<std::int64_t> choose_finalists(const TuneState& state) {
  const auto list = contenders(state);
  const auto baseline = std::find_if(list.begin(), list.end(), [](const Contender& contender) {
    return contender.row.origin == "baseline";
  });
  if (baseline == list.end()) return {};
  const double lowest = baseline->accuracy - state.study.max_accuracy_drop;
  std::vector<const Contender*> ranked;
  std::vector<Metrics> measured;
  for (const Contender& contender : list) {
    measured.push_back(by_name(contender.screening.measurement.metrics));
  }
  for (const std::size_t i : study_front(state.study, measured)) {
    if (list[i].accuracy >= lowest && list[i].row.origin != "baseline") ranked.push_back(&list[i]);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Contender* a, const Contender* b) { return a->latency < b->latency; });
  const auto room = static_cast<std::size_t>(state.study.finalists);
  // The fastest of each set of devices first, then whoever is fastest.
  std::vector<const Contender*> chosen;
  std::set<std::vector<std::string>> seen;
  for (const Contender* contender : ranked) {
    if (seen.insert(contender->row.devices()).second) chosen.push_back(contender);
  }
  for (const Contender* contender : ranked) {
    if (std::find(chosen.begin(), chosen.end(), contender) == chosen.end()) {
      chosen.push_back(contender);
    }
  }
  if (chosen.size() > room) chosen.resize(room);
  std::vector<std::int64_t> ids;
  ids.reserve(chosen.size());
  for (const Contender* contender : chosen) ids.push_back(contender->row.id);
  return ids;
}

ComparisonPlan plan_of(const Study& study) {
  return {study.pairs,  study.max_pairs,  study.restarts, study.later_seconds,
          study.margin, study.error_rate, study.seed};
}

void confirm(TuneState& state) {
  Confirmation confirmation(state);
  // The baseline against itself: its figures on the report split, and the hidden A/A pair.
  confirmation.add(state.summary.baseline_id, true);
  for (const std::int64_t id : choose_finalists(state)) confirmation.add(id, false);
  confirmation.run();
}

}  // namespace paretune::harness
