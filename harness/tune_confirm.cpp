// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <set>

#include "harness/objectives.h"
#include "harness/tune_state.h"

namespace paretune::harness {
namespace {

using results::CandidateRow;
using results::Metric;
using results::Outcome;

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

bool confirmed_already(const TuneState& state, std::int64_t candidate_id) {
  const auto evaluation = state.store.latest_evaluation(candidate_id, 1);
  return state.reuse && evaluation && evaluation->session_id >= state.first_session;
}

void confirm_one(TuneState& state, std::int64_t candidate_id) {
  const auto row = state.store.find_candidate(candidate_id);
  const auto screening = state.store.latest_evaluation(candidate_id, 0);
  if (!row || !screening) return;
  EvaluateRequest request;
  request.candidate = row->candidate;
  request.incumbent = state.baseline;
  request.split = "report";
  request.pairs = state.study.pairs;
  request.seed = state.study.seed + 1;  // another order of the pairs than in screening
  results::EvaluationRecord record;
  const auto begin = std::chrono::steady_clock::now();
  auto answer = state.evaluator.evaluate(request);
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  record.candidate_id = candidate_id;
  record.session_id = state.summary.session_id;
  record.block = 1;
  record.paired_with = state.summary.baseline_id;
  if (auto* failure = std::get_if<results::Failure>(&answer)) {
    record.outcome = failure->outcome;
    record.failure = std::move(*failure);
  } else {
    record.measurement = std::move(std::get<results::Measurement>(answer));
    results::Measurement& measurement = record.measurement;
    add_latency_metrics(measurement);
    const Metric* selected = screening->measurement.find("accuracy");
    // Equal numerics, equal outputs: the accuracy seen by the search is this plan's too.
    if (selected != nullptr && measurement.numerics == screening->measurement.numerics) {
      measurement.metrics.push_back(*selected);
    }
    if (const Metric* report = measurement.find("accuracy_report")) {
      state.store.record(results::AccuracyRecord{measurement.numerics, "report", state.study.metric,
                                                 report->value, report->lo, report->hi, report->n,
                                                 state.summary.study_id});
    }
  }
  state.store.record(record);
  if (record.outcome != Outcome::ok) ++state.summary.failed;
  state.step(record.outcome != Outcome::ok, row->point);
}

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

void confirm(TuneState& state) {
  // The baseline too: what others are compared with needs figures from the same split.
  std::vector<std::int64_t> ids{state.summary.baseline_id};
  for (const std::int64_t id : choose_finalists(state)) ids.push_back(id);
  state.enter("confirm", static_cast<std::int64_t>(ids.size()));
  for (const std::int64_t id : ids) {
    if (state.stopped()) return;
    if (confirmed_already(state, id)) {
      state.step(false, "already confirmed");
    } else {
      confirm_one(state, id);
    }
  }
}

}  // namespace paretune::harness
