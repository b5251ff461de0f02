// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

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

/// Measures one setting, or finds that it was measured on this machine.
KernelRecord try_setting(TuneState& state, const KernelTask& task, const model::Knobs& knobs) {
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
  std::string last = fmt::format("{} {}", task.kernel, record.knobs);
  if (const auto known = state.store.find_kernel(record)) {
    state.step(known->outcome != Outcome::ok, last + ": already recorded");
    return *known;
  }
  fill(record,
       state.evaluator.kernel({task.workload, task.device, task.kernel, knobs, record.threads}));
  state.store.record(record);
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

void tune_task(TuneState& state, const KernelTask& task) {
  const KernelRecord first = try_setting(state, task, task.default_knobs);
  if (task.space.parameters().empty()) return;
  const auto strategy =
      search::make_strategy(state.study.kernel_strategy, task.space, task_seed(state.study, task));
  if (const auto point = task.space.point_of(task.default_knobs)) {
    strategy->tell(*point, trial_of(first));
  }
  for (int trial = 0; trial < state.study.trials_on(task.device) && !state.stopped(); ++trial) {
    const auto points = strategy->ask(1);
    if (points.empty()) return;
    strategy->tell(points.front(),
                   trial_of(try_setting(state, task, task.space.values(points.front()))));
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
  for (const KernelTask& task : state.description.tasks) {
    if (state.stopped()) return;
    tune_task(state, task);
  }
}

}  // namespace paretune::harness
