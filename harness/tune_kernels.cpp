// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "harness/tune_state.h"
#include "results/statistics.h"
#include "search/strategy.h"

namespace paretune::harness {
namespace {

using results::KernelRecord;
using results::Outcome;

/// Equal tasks are searched alike in every study of that seed, whatever else is tuned beside them.
std::uint64_t task_seed(const Study& study, const KernelTask& task) {
  const std::string digest = model::sha256(
      fmt::format("{} {} {} {}", study.seed, task.workload, task.device, task.kernel));
  return std::stoull(digest.substr(0, 16), nullptr, 16);
}

void fill(KernelRecord& record, std::variant<KernelMeasurement, results::Failure> answer) {
  if (auto* failure = std::get_if<results::Failure>(&answer)) {
    record.outcome = failure->outcome;
    record.failure = std::move(*failure);
    return;
  }
  auto& measurement = std::get<KernelMeasurement>(answer);
  record.wall_ns = std::move(measurement.wall_ns);
  record.cpu_ns = std::move(measurement.cpu_ns);
  record.compile_seconds = measurement.compile_seconds;
  if (record.wall_ns.empty()) {
    record.outcome = Outcome::crash;
    record.failure = {Outcome::crash, "latency", "the worker returned no samples", 0};
    return;
  }
  const results::Interval median = results::median_interval(record.wall_ns);
  record.p50_ns = median.value;
  record.lo_ns = median.lo;
  record.hi_ns = median.hi;
}

KernelRecord blank_record(const TuneState& state, const KernelTask& task,
                          const model::Knobs& knobs) {
  KernelRecord record;
  record.workload = task.workload;
  record.kernel = task.kernel;
  record.version = task.version;
  record.device = task.device;
  record.knobs = model::to_text(knobs);
  record.threads = state.study.threads.front();
  record.machine = state.description.machine.fingerprint;
  record.protocol = kProtocolVersion;
  record.cache_state = state.study.cache;
  record.session_id = state.summary.session_id;
  return record;
}

KernelRequest request_of(const TuneState& state, const KernelTask& task,
                         const model::Knobs& knobs) {
  return {task.workload, task.device, task.kernel, knobs, state.study.threads.front()};
}

Suspect suspect_of(const TuneState& state, const KernelRecord& record) {
  const std::string what =
      fmt::format("{} {} {} {}", record.kernel, record.version, record.knobs, record.workload);
  return {state.description,
          what,
          fmt::format("{} {} {}", record.kernel, record.knobs, record.workload),
          {record.device}};
}

/// What is known of a setting already. A crash that is in quarantine no more, or not yet, is tried
/// again.
std::optional<KernelRecord> known_setting(const TuneState& state, const KernelRecord& blank) {
  auto known = state.store.find_kernel(blank);
  if (!known || (!is_crash(known->outcome) && known->outcome != Outcome::skipped)) return known;
  if (known->session_id == state.summary.session_id ||
      suspect_of(state, blank).quarantined(state.store)) {
    return known;
  }
  return std::nullopt;
}

/// Measures and records; a setting that crashed has a second try in a fresh process, and then is
/// quarantined.
KernelRecord measure_setting(TuneState& state, const KernelRequest& request,
                             const KernelRecord& blank) {
  KernelRecord record;
  for (int number = 1; number <= kCrashesToQuarantine; ++number) {
    record = blank;
    const auto lost = lost_device(state, {request.device});
    fill(record, lost ? *lost : state.evaluator.kernel(request));
    state.canary.last_kernel = state.store.record(record);
    if (const std::string why = after_request(state, record.outcome); !why.empty()) {
      record = blank;
      fill(record, results::Failure{Outcome::poisoned, "latency", why, 0});
      state.canary.last_kernel = state.store.record(record);
    }
    if (!is_crash(record.outcome)) return record;
    if (number < kCrashesToQuarantine) state.evaluator.restart();
  }
  suspect_of(state, blank).quarantine(state.store, record.failure);
  return record;
}

/// Measures one setting, or finds that it was measured on this machine.
KernelRecord try_setting(TuneState& state, const KernelTask& task, const model::Knobs& knobs) {
  const KernelRecord blank = blank_record(state, task, knobs);
  std::string last = fmt::format("{} {}", task.kernel, blank.knobs);
  if (const auto known = known_setting(state, blank)) {
    state.step(known->outcome != Outcome::ok, last + ": already recorded");
    return *known;
  }
  const KernelRecord record = measure_setting(state, request_of(state, task, knobs), blank);
  ++state.summary.kernel_trials;
  const bool failed = record.outcome != Outcome::ok;
  last += failed ? fmt::format(": {}: {}", results::to_text(record.outcome), record.failure.reason)
                 : fmt::format(": {:.4g} us", record.p50_ns / 1e3);
  state.step(failed, last);
  return record;
}

search::Trial trial_of(const KernelRecord& record) {
  search::Trial trial;
  trial.failed = record.outcome != Outcome::ok;
  if (!trial.failed) trial.objectives = {record.p50_ns};
  return trial;
}

/// Settings asked for at once, so that they can be compiled ahead. A fixed number: what a learning
/// strategy proposes depends on it, and a resumed run must replay the same calls.
constexpr int kBatch = 4;

/// Tells the evaluator which of these settings will be measured, in that order.
void announce(TuneState& state, const KernelTask& task, const std::vector<search::Point>& points,
              const KernelTask* next) {
  std::vector<KernelRequest> soon;
  const auto add = [&](const KernelTask& of, const model::Knobs& knobs) {
    if (!known_setting(state, blank_record(state, of, knobs))) {
      soon.push_back(request_of(state, of, knobs));
    }
  };
  for (const auto& point : points) add(task, task.space.values(point));
  if (next != nullptr) add(*next, next->default_knobs);
  state.evaluator.prepare(soon);
}

void tune_task(TuneState& state, const KernelTask& task, const KernelTask* next) {
  const KernelRecord first = try_setting(state, task, task.default_knobs);
  if (task.space.parameters().empty()) return;
  const auto strategy =
      search::make_strategy(state.study.kernel_strategy, task.space, task_seed(state.study, task));
  if (const auto point = task.space.point_of(task.default_knobs)) {
    strategy->tell(*point, trial_of(first));
  }
  for (int left = state.study.trials_on(task.device); left > 0 && !state.stopped();) {
    const auto points = strategy->ask(static_cast<std::size_t>(std::min(left, kBatch)));
    if (points.empty()) return;
    left -= static_cast<int>(points.size());
    announce(state, task, points, left == 0 ? next : nullptr);
    for (const auto& point : points) {
      if (state.stopped()) return;
      strategy->tell(point, trial_of(try_setting(state, task, task.space.values(point))));
    }
  }
}

/// Settings a task will have tried when its space has no constraints.
std::int64_t planned_settings(const Study& study, const KernelTask& task) {
  if (task.space.parameters().empty()) return 1;
  const auto size = task.space.cardinality();
  const auto trials = static_cast<std::uint64_t>(study.trials_on(task.device)) + 1;
  return static_cast<std::int64_t>(std::min(size, trials));
}

}  // namespace

void tune_kernels(TuneState& state) {
  std::int64_t planned = 0;
  for (const KernelTask& task : state.description.tasks) {
    planned += planned_settings(state.study, task);
  }
  state.enter("kernels", planned);
  const auto& tasks = state.description.tasks;
  for (std::size_t i = 0; i < tasks.size() && !state.stopped(); ++i) {
    tune_task(state, tasks[i], i + 1 < tasks.size() ? &tasks[i + 1] : nullptr);
  }
  state.evaluator.prepare({});
}

}  // namespace paretune::harness
