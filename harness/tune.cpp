// SPDX-License-Identifier: Apache-2.0
#include "harness/tune.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/errors.h"
#include "harness/objectives.h"
#include "harness/tune_state.h"
#include "model/errors.h"
#include "search/strategy.h"

namespace paretune::harness {
namespace {

using results::Outcome;

/// 95 % of a normal distribution lie within so many standard deviations either side.
constexpr double kZ95 = 1.96;

std::string layers_json(const Description& description) {
  nlohmann::json list = nlohmann::json::array();
  for (const LayerInfo& layer : description.layers) {
    const auto workload = layer.workloads.find("fp32");
    list.push_back({{"id", layer.id},
                    {"family", layer.family},
                    {"workload", workload == layer.workloads.end() ? "" : workload->second},
                    {"quantizable", layer.quantizable}});
  }
  return list.dump();
}

/// A session that says "running" is stale: whoever tunes holds the database's lock.
void close_stale_session(TuneState& state) {
  const auto last = state.store.last_session(state.summary.study_id);
  if (last && last->state == "running") state.store.end_session(last->id, "interrupted");
}

/// Finds where this run of the study began: after the newest finished session, or, to resume a
/// finished one, at its beginning.
std::int64_t first_session_of_run(const TuneState& state) {
  std::int64_t first = 0;
  bool closed = true;
  for (const results::SessionRow& session : state.store.sessions()) {
    if (session.study_id != state.summary.study_id) continue;
    if (closed) first = session.id;
    closed = session.state == "done";
  }
  return first;
}

void load_recorded(TuneState& state) {
  for (auto& row : state.store.candidates(state.summary.study_id)) {
    const auto evaluation = state.store.latest_evaluation(row.id, 0);
    if (evaluation) {
      const auto& numerics = evaluation->measurement.numerics;
      if (const auto known =
              state.store.find_accuracy(state.summary.study_id, numerics, "select")) {
        state.known_accuracy[numerics] = {"accuracy", known->value, known->lo, known->hi, known->n};
      }
    }
    std::string point = row.point;
    state.recorded.emplace(std::move(point), std::move(row));
  }
}

void open_session(TuneState& state, std::int64_t planned) {
  const std::string& model_hash = state.description.model_hash;
  const std::string hash = state.study.hash(model_hash);
  const auto machine = state.store.machine(state.description.machine);
  const auto model =
      state.store.model({model_hash, state.study.model_file.string(), state.description.model_name,
                         layers_json(state.description)});
  state.summary.study_id = state.store.study({state.study.name, hash, state.study.json(), model});
  close_stale_session(state);
  const auto last = state.store.last_session(state.summary.study_id);
  if (last && last->state != "done" && !state.options.resume) {
    throw ConfigError(fmt::format(
        "study '{}' has an unfinished session in this database: continue it with --resume",
        state.study.name));
  }
  state.reuse = state.options.resume && last.has_value();
  const std::int64_t first = state.reuse ? first_session_of_run(state) : 0;
  load_recorded(state);
  // A finished study that is resumed stays the session it was: a new one would count as a new run.
  state.finished = state.reuse && last->state == "done";
  state.summary.session_id =
      state.finished
          ? last->id
          : state.store.begin_session(state.summary.study_id, machine, planned, state.study.seed);
  state.first_session = state.reuse ? first : state.summary.session_id;
}

search::Trial trial_of(const Study& study, const Screened& screened) {
  search::Trial trial;
  auto objectives = objectives_of(study, screened.metrics);
  trial.failed = screened.outcome != Outcome::ok || !objectives;
  if (trial.failed) return trial;
  trial.objectives = std::move(*objectives);
  for (const std::string& name : study.objectives) {
    const results::Metric& metric = screened.metrics.at(name);
    const double deviation = (metric.hi - metric.lo) / (2 * kZ95);
    trial.variances.push_back(deviation * deviation);
  }
  // Signed: how far within a bound a candidate lies teaches as much as how far beyond.
  for (const Bound& bound : study.constraints) {
    trial.violations.push_back(excess(bound, screened.metrics).value_or(0));
  }
  return trial;
}

void screen_baseline(TuneState& state, const ModelPoints& points) {
  state.enter("baseline", 1);
  const Configuration configuration = points.baseline();
  const Screened screened = screen(state, configuration);
  if (screened.outcome != Outcome::ok) {
    const auto row = state.store.find_candidate(screened.candidate_id);
    throw WorkerError(fmt::format("the baseline (fp32 on cpu) could not be measured: {}",
                                  row ? row->failure.reason : "no result"));
  }
  state.summary.baseline_id = screened.candidate_id;
  const auto row = state.store.find_candidate(screened.candidate_id);
  state.baseline = row->candidate;
}

void screen_all(TuneState& state, const std::string& phase, const std::vector<Configuration>& list,
                const ModelPoints& points, search::Strategy* told) {
  state.enter(phase, static_cast<std::int64_t>(list.size()));
  for (const Configuration& configuration : list) {
    if (state.stopped()) return;
    const Screened screened = screen(state, configuration);
    if (told == nullptr) continue;
    if (const auto point = points.point_of(configuration)) {
      told->tell(*point, trial_of(state.study, screened));
    }
  }
}

/// Only now is known how many there are.
void screen_measured_seeds(TuneState& state, const ModelPoints& points,
                           search::Strategy& strategy) {
  const auto seeds = measured_seeds(state, points);
  const auto session = state.store.last_session(state.summary.study_id);
  if (!state.finished && session) {
    state.store.set_planned(session->id,
                            session->planned + static_cast<std::int64_t>(seeds.size()));
  }
  screen_all(state, "seeds", seeds, points, &strategy);
}

std::int64_t search_size(const Study& study, const ModelPoints& points) {
  if (points.space().parameters().empty()) return 0;
  return static_cast<std::int64_t>(std::min<std::uint64_t>(
      points.space().cardinality(), static_cast<std::uint64_t>(study.candidates)));
}

void search_points(TuneState& state, const ModelPoints& points, search::Strategy& strategy) {
  const std::int64_t planned = search_size(state.study, points);
  state.enter("search", planned);
  // One at a time, told before the next is asked: a resumed run replays the same calls.
  for (std::int64_t i = 0; i < planned && !state.stopped(); ++i) {
    const auto asked = strategy.ask(1);
    if (asked.empty()) return;
    const Screened screened = screen(state, points.at(asked.front()));
    strategy.tell(asked.front(), trial_of(state.study, screened));
  }
}

/// Every phase after the first; each returns early once a stop was asked for.
void pass_phases(TuneState& state, const ModelPoints& points) {
  check_canaries(state);
  screen_baseline(state, points);
  screen_all(state, "first front", points.quick(), points, nullptr);
  if (!state.stopped()) tune_kernels(state);
  if (state.stopped()) return;
  const auto strategy =
      search::make_strategy(state.study.strategy, points.space(), state.study.seed);
  screen_all(state, "seeds", points.seeds(), points, strategy.get());
  if (!state.stopped()) screen_measured_seeds(state, points, *strategy);
  if (!state.stopped()) search_points(state, points, *strategy);
  if (!state.stopped()) check_canaries(state);
  if (!state.stopped()) confirm(state);
}

/// What a bad canary took back is measured in a pass that begins anew, as a resumed run would: it
/// finds everything else.
void run_phases(TuneState& state, const ModelPoints& points) {
  do {
    state.canary.again = false;
    pass_phases(state, points);
  } while (state.canary.again && !state.user_stopped());
}

void close_session(TuneState& state, const std::string& how) {
  if (!state.finished) state.store.end_session(state.summary.session_id, how);
}

void finish(TuneState& state) {
  state.summary.interrupted = state.stopped();
  close_session(state, state.summary.interrupted ? "interrupted" : "done");
  const Choice choice = choose_best(state.study, state.store.candidates(state.summary.study_id));
  if (choice.candidate_id != 0) state.summary.best_id = choice.candidate_id;
  state.summary.best_reason = choice.reason;
}

}  // namespace

TuneSummary tune(const Study& study, Evaluator& evaluator, results::Store& store,
                 const TuneOptions& options) {
  TuneState state{study, evaluator, store, options};
  state.enter("describe", 1);
  state.description = evaluator.describe();
  check_rules(study.layers, state.description, study.schemes, study.devices);
  const ModelPoints points(study, state.description);
  const auto planned =
      static_cast<std::int64_t>(1 + points.quick().size() + points.seeds().size()) +
      search_size(study, points);
  open_session(state, planned);
  try {
    state.enter("calibrate", 1);
    evaluator.set_parameters(evaluator.calibrate());
    if (!state.stopped()) run_phases(state, points);
  } catch (...) {
    close_session(state, "interrupted");
    throw;
  }
  finish(state);
  return state.summary;
}

}  // namespace paretune::harness
