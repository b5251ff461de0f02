// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "harness/tune_state.h"
#include "harness/worker_job.h"
#include "results/statistics.h"

namespace paretune::harness {
namespace {

using results::Failure;
using results::Metric;
using results::Outcome;

/// Keeps what was scored for candidates of equal numerics, before the evaluation that rests on it.
void keep_accuracy(TuneState& state, const results::Measurement& measurement) {
  const Metric* accuracy = measurement.find("accuracy");
  if (accuracy == nullptr || measurement.numerics.empty()) return;
  if (!state.known_accuracy.try_emplace(measurement.numerics, *accuracy).second) return;
  state.store.record(results::AccuracyRecord{measurement.numerics, "select", state.study.metric,
                                             accuracy->value, accuracy->lo, accuracy->hi,
                                             accuracy->n, state.summary.study_id});
}

std::string one_line(const Configuration& configuration, const results::EvaluationRecord& record) {
  constexpr std::size_t kLongest = 72;
  std::string point = configuration.point;
  if (point.size() > kLongest) point = point.substr(0, kLongest - 3) + "...";
  if (record.outcome != Outcome::ok) {
    return fmt::format("{}: {}: {}", point, results::to_text(record.outcome),
                       record.failure.reason);
  }
  const Metric* latency = record.measurement.find("latency_p50_ms");
  return latency == nullptr ? point : fmt::format("{}: {:.4g} ms", point, latency->value);
}

/// The recorded result of a point, when it counts for this run of the study.
std::optional<Screened> find_recorded(const TuneState& state, const std::string& point) {
  if (const auto now = state.screened.find(point); now != state.screened.end()) return now->second;
  const auto row = state.recorded.find(point);
  if (!state.reuse || row == state.recorded.end()) return std::nullopt;
  Screened screened{row->second.id, row->second.outcome, {}, 0};
  if (screened.outcome != Outcome::ok) return screened;
  const auto evaluation = state.store.latest_evaluation(row->second.id, 0);
  if (!evaluation || evaluation->session_id < state.first_session) return std::nullopt;
  screened.metrics = by_name(evaluation->measurement.metrics);
  return screened;
}

/// "skipped" when something forbids to run it at all.
std::optional<Failure> forbidden(const TuneState& state, const Suspect& suspect,
                                 const model::Candidate& candidate) {
  if (auto failure = lost_device(state, devices_of(candidate))) return failure;
  return suspect.quarantined(state.store);
}

results::EvaluationRecord attempt(TuneState& state, const model::Candidate& candidate) {
  EvaluateRequest request;
  request.candidate = candidate;
  request.incumbent = state.baseline;
  request.seed = state.study.seed;
  request.known_accuracy = state.known_accuracy;
  results::EvaluationRecord record;
  const auto begin = std::chrono::steady_clock::now();
  auto answer = state.evaluator.evaluate(request);
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (auto* failure = std::get_if<Failure>(&answer)) {
    record.outcome = failure->outcome;
    record.failure = std::move(*failure);
    return record;
  }
  record.measurement = std::move(std::get<results::Measurement>(answer));
  add_latency_metrics(record.measurement);
  keep_accuracy(state, record.measurement);
  return record;
}

/// Measures and records; a candidate that crashed has a second try in a fresh process, and then is
/// quarantined.
Screened measure(TuneState& state, const Configuration& configuration,
                 const model::Candidate& candidate, results::EvaluationRecord& record) {
  const std::int64_t id = record.candidate_id;
  const auto base = record;
  const Suspect suspect(state.description, candidate.hash(), configuration.point,
                        devices_of(candidate));
  const auto keep = [&] {
    state.canary.last_evaluation = state.store.record(record);
    Screened screened{id, record.outcome, by_name(record.measurement.metrics),
                      state.canary.last_evaluation};
    return state.screened[configuration.point] = screened;
  };
  Screened screened;
  for (int number = 1; number <= kCrashesToQuarantine; ++number) {
    const auto forbids = forbidden(state, suspect, candidate);
    record = forbids ? base : attempt(state, candidate);
    if (forbids) {
      record.outcome = forbids->outcome;
      record.failure = *forbids;
    }
    record.candidate_id = id;
    record.session_id = base.session_id;
    record.paired_with = base.paired_with;
    record.attempt = number;
    screened = keep();
    if (const std::string why = after_request(state, record.outcome); !why.empty()) {
      record.outcome = Outcome::poisoned;
      record.failure = {Outcome::poisoned, "latency", why, 0};
      record.measurement = {};
      screened = keep();
    }
    if (!is_crash(record.outcome)) return screened;
    if (number < kCrashesToQuarantine) state.evaluator.restart();
  }
  suspect.quarantine(state.store, record.failure);
  return screened;
}

}  // namespace

void TuneState::enter(const std::string& phase, std::int64_t planned) {
  progress = {phase, 0, planned, 0, ""};
  if (options.progress) options.progress(progress);
}

void TuneState::step(bool failed, const std::string& last) {
  ++progress.done;
  if (failed) ++progress.failed;
  progress.last = last;
  if (options.progress) options.progress(progress);
}

const results::KernelRecord* pick_setting(const std::vector<results::KernelRecord>& settings,
                                          const std::string& default_kernel,
                                          const std::string& default_knobs) {
  const results::KernelRecord* fastest = nullptr;
  const results::KernelRecord* usual = nullptr;
  for (const results::KernelRecord& setting : settings) {
    if (fastest == nullptr || setting.p50_ns < fastest->p50_ns) fastest = &setting;
    if (setting.kernel == default_kernel && setting.knobs == default_knobs) usual = &setting;
  }
  const bool proven = usual == nullptr || fastest->hi_ns < usual->lo_ns;
  return proven ? fastest : usual;
}

namespace {

/// Verified settings of a workload on a device that this machine measured with today's kernels.
std::vector<results::KernelRecord> usable_settings(const TuneState& state,
                                                   const std::string& workload,
                                                   const std::string& device) {
  std::vector<results::KernelRecord> usable;
  for (auto& record : state.store.kernels(workload, device)) {
    if (record.outcome != Outcome::ok || record.protocol != kProtocolVersion ||
        record.machine != state.description.machine.fingerprint ||
        record.cache_state != state.study.cache) {
      continue;
    }
    const auto& tasks = state.description.tasks;
    const bool current = std::any_of(tasks.begin(), tasks.end(), [&](const KernelTask& task) {
      return task.kernel == record.kernel && task.version == record.version &&
             task.workload == record.workload && task.device == record.device;
    });
    if (current) usable.push_back(std::move(record));
  }
  return usable;
}

}  // namespace

namespace {

/// The setting to use for the layer, among those measured.
std::optional<results::KernelRecord> chosen_setting(const TuneState& state, const LayerInfo& layer,
                                                    const Pick& pick,
                                                    const model::LayerChoice& usual) {
  const auto workload = layer.workloads.find(pick.scheme);
  if (workload == layer.workloads.end()) return std::nullopt;
  const auto settings = usable_settings(state, workload->second, pick.device);
  const auto* setting = pick_setting(settings, usual.kernel, model::to_text(usual.knobs));
  if (setting == nullptr) return std::nullopt;
  return *setting;
}

const model::LayerChoice* default_choice(const TuneState& state, const LayerInfo& layer,
                                         const Pick& pick) {
  const auto& defaults = state.description.defaults;
  const auto found = defaults.find(fmt::format("{}|{}|{}", pick.scheme, pick.device, layer.id));
  return found == defaults.end() ? nullptr : &found->second;
}

}  // namespace

std::optional<model::LayerChoice> resolve(const TuneState& state, const LayerInfo& layer,
                                          const Pick& pick, bool tuned) {
  const model::LayerChoice* usual = default_choice(state, layer, pick);
  if (usual == nullptr) return std::nullopt;
  model::LayerChoice choice = *usual;
  if (!tuned) return choice;
  if (const auto setting = chosen_setting(state, layer, pick, choice)) {
    choice.kernel = setting->kernel;
    choice.knobs = model::knobs_from_text(setting->knobs);
  }
  return choice;
}

std::optional<double> kernel_time(const TuneState& state, const LayerInfo& layer,
                                  const Pick& pick) {
  const model::LayerChoice* usual = default_choice(state, layer, pick);
  if (usual == nullptr) return std::nullopt;
  const auto setting = chosen_setting(state, layer, pick, *usual);
  if (!setting) return std::nullopt;
  return setting->p50_ns;
}

std::variant<model::Candidate, Failure> realise(const TuneState& state,
                                                const Configuration& configuration) {
  model::Candidate candidate;
  candidate.threads = configuration.threads;
  if (const auto batch = state.study.dims.find("batch"); batch != state.study.dims.end()) {
    candidate.batch = static_cast<int>(batch->second);
  }
  for (const LayerInfo& layer : state.description.layers) {
    const Pick& pick = configuration.picks.at(layer.id);
    if (const auto choice = resolve(state, layer, pick, configuration.tuned)) {
      candidate.layers[layer.id] = *choice;
    } else if (pick != Pick{}) {
      // fp32 on cpu always runs: a layer without a choice gets the reference there.
      const auto why = state.description.unavailable.find(pick.scheme);
      return Failure{
          Outcome::unsupported, "build",
          why != state.description.unavailable.end()
              ? why->second
              : fmt::format("{} has no kernel for {} in {}", pick.device, layer.id, pick.scheme),
          0};
    }
  }
  return candidate;
}

Screened screen(TuneState& state, const Configuration& configuration) {
  if (auto known = find_recorded(state, configuration.point)) {
    state.step(known->outcome != Outcome::ok, configuration.point + ": already recorded");
    return *known;
  }
  auto realised = realise(state, configuration);
  model::Candidate candidate;
  results::EvaluationRecord record;
  const auto* refused = std::get_if<Failure>(&realised);
  if (refused == nullptr) {
    candidate = std::move(std::get<model::Candidate>(realised));
    // What is stored for a point is what runs: kernels resolve once.
    if (const auto row = state.recorded.find(configuration.point); row != state.recorded.end()) {
      candidate = row->second.candidate;
    }
    if (configuration.origin == "baseline") state.baseline = candidate;
  } else {
    candidate.threads = configuration.threads;
    for (const auto& [layer, pick] : configuration.picks) {
      candidate.layers[layer] = {pick.scheme, pick.device, "", {}};
    }
    record.outcome = refused->outcome;
    record.failure = *refused;
  }
  record.candidate_id = state.store.candidate(state.summary.study_id, candidate,
                                              configuration.point, configuration.origin);
  record.session_id = state.summary.session_id;
  if (state.summary.baseline_id != 0) record.paired_with = state.summary.baseline_id;
  Screened screened{record.candidate_id, record.outcome, {}, 0};
  if (refused == nullptr) {
    screened = measure(state, configuration, candidate, record);
  } else {
    state.store.record(record);
    state.screened[configuration.point] = screened;
  }
  const bool failed = screened.outcome != Outcome::ok;
  ++state.summary.candidates;
  if (failed) ++state.summary.failed;
  state.step(failed, one_line(configuration, record));
  return screened;
}

}  // namespace paretune::harness
