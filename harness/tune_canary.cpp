// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "harness/tune_state.h"

namespace paretune::harness {
namespace {

using results::CanaryRecord;
using results::Failure;
using results::Outcome;

/// A slow reading is repeated at once, and the best counts: one hiccup is no alarm.
constexpr int kReadings = 3;
/// Bad rounds in a row, with a pause before each, until a change counts as lasting.
constexpr int kRounds = 3;
/// Alarms per session after which results are kept as they are: no night goes on for ever.
constexpr int kMostAlarms = 8;

/// What one round of readings on a device came to.
struct Round {
  std::vector<double> readings;
  std::optional<Failure> failure;
  double best() const { return *std::min_element(readings.begin(), readings.end()); }
};

bool host_shared(const TuneState& state, const std::string& device) {
  for (const auto& info : state.description.devices) {
    if (info.id == device) return info.host_shared;
  }
  return true;
}

/// Reads until a reading is not slow, or kReadings times; always so often where none is expected.
Round read(TuneState& state, const std::string& device) {
  Round round;
  const CanaryWatch& watch = state.canary.watch;
  for (int i = 0; i < kReadings; ++i) {
    auto answer = state.evaluator.canary(device);
    if (auto* failure = std::get_if<Failure>(&answer)) {
      round.failure = std::move(*failure);
      return round;
    }
    round.failure.reset();
    round.readings.push_back(
        canary_reading(std::get<KernelMeasurement>(answer), host_shared(state, device)));
    if (watch.expected(device) > 0 && !watch.slow(device, round.readings.back())) break;
  }
  return round;
}

void record(TuneState& state, const std::string& device, const Round& round, bool good,
            const std::string& reason) {
  CanaryRecord row;
  row.session_id = state.summary.session_id;
  row.device = device;
  row.good = good;
  row.reason = reason;
  if (round.failure) row.outcome = round.failure->outcome;
  if (!round.failure) row.p50_ns = round.best();
  row.expected_ns = state.canary.watch.expected(device);
  row.after_evaluation = state.canary.last_evaluation;
  row.after_kernel = state.canary.last_kernel;
  state.store.record(row);
}

std::string trouble(const TuneState& state, const std::string& device, const Round& round) {
  if (round.failure) {
    return fmt::format("canary on {}: {}: {}", device, results::to_text(round.failure->outcome),
                       round.failure->reason);
  }
  const double expected = state.canary.watch.expected(device);
  return fmt::format("canary on {} took {:.1f} % longer than expected ({:.4g} us)", device,
                     100 * (round.best() / expected - 1), expected / 1e3);
}

/// "" when it is as expected. The first good round of a device makes the expectation.
std::string judge(TuneState& state, const std::string& device, const Round& round) {
  CanaryWatch& watch = state.canary.watch;
  if (round.failure) return trouble(state, device, round);
  if (watch.expected(device) == 0) {
    record(state, device, round, true, "");
    watch.expect(device, round.readings);
    return "";
  }
  if (watch.slow(device, round.best())) return trouble(state, device, round);
  record(state, device, round, true, "");
  return "";
}

/// What was measured since every canary was good counts no more, and is measured again.
void take_back(TuneState& state, const std::string& reason) {
  CanaryState& canary = state.canary;
  const std::int64_t rows = state.store.invalidate(state.summary.session_id, canary.good_evaluation,
                                                   canary.good_kernel, reason);
  std::erase_if(state.screened, [&](const auto& entry) {
    return entry.second.evaluation_id > canary.good_evaluation;
  });
  canary.again |= rows > 0;
  state.step(true, fmt::format("{}; {} results are measured again", reason, rows));
}

void pause(const TuneState& state, int round) {
  std::this_thread::sleep_for(std::chrono::duration<double>(state.options.canary_pause * round));
}

/// The change stays: another speed is what is expected from now on; a device that computes wrongly
/// is used no more.
void accept(TuneState& state, const std::string& device, const Round& round) {
  if (round.failure) {
    const std::string why = trouble(state, device, round);
    record(state, device, round, false, why + "; the device is used no more");
    state.lost[device] = why;
    return;
  }
  const std::string why =
      trouble(state, device, round) + "; a lasting change, expected from now on";
  record(state, device, round, true, why);
  state.canary.watch.expect(device, round.readings);
}

/// Waits until the canary is well again, or accepts that it will not be.
void settle(TuneState& state, const std::string& device, Round round, std::string why) {
  ++state.canary.alarms;
  for (int attempt = 1;; ++attempt) {
    record(state, device, round, false, why);
    if (attempt >= kRounds || state.user_stopped()) break;
    // An error may be the process's alone; slowness often passes.
    if (round.failure) state.evaluator.restart();
    pause(state, attempt);
    round = read(state, device);
    why = judge(state, device, round);
    if (why.empty()) return;
  }
  accept(state, device, round);
}

bool has_canary(const TuneState& state, const std::string& device) {
  return !state.canary.without.contains(device) && !state.lost.contains(device);
}

/// The first trouble found; "" when all is well.
std::string check(TuneState& state, const std::vector<std::string>& devices) {
  CanaryState& canary = state.canary;
  std::string first;
  for (const std::string& device : devices) {
    if (!has_canary(state, device)) continue;
    const Round round = read(state, device);
    if (round.failure && (round.failure->outcome == Outcome::unsupported ||
                          round.failure->outcome == Outcome::skipped)) {
      canary.without.insert(device);
      continue;
    }
    const std::string why = judge(state, device, round);
    if (why.empty()) continue;
    if (first.empty()) first = why;
    if (canary.alarms >= kMostAlarms) {
      record(state, device, round, false, why + "; too many alarms: results are kept");
      continue;
    }
    take_back(state, why);
    // After wrong output, one by one, so that who spoils the device is found.
    if (round.failure) canary.careful = state.study.canary_every;
    settle(state, device, round, why);
  }
  return first;
}

}  // namespace

void check_canaries(TuneState& state) {
  CanaryState& canary = state.canary;
  if (state.study.canary_every == 0 || state.finished) return;
  const bool started = !canary.started;
  canary.started = true;
  if (!started && canary.since == 0) return;
  check(state, state.study.devices);
  canary.since = 0;
  canary.good_evaluation = canary.last_evaluation;
  canary.good_kernel = canary.last_kernel;
}

std::string after_request(TuneState& state, Outcome outcome) {
  CanaryState& canary = state.canary;
  for (const auto& [device, why] : state.evaluator.lost_devices()) {
    if (!state.lost.try_emplace(device, why).second) continue;
    Suspect(state.description, "device", "the whole device, for the rest of its session", {device})
        .quarantine(state.store, {Outcome::hang, "", why, 0});
  }
  if (state.study.canary_every == 0 || outcome == Outcome::unsupported ||
      outcome == Outcome::skipped) {
    return "";
  }
  ++canary.since;
  if (canary.careful > 0) --canary.careful;
  const bool failed = outcome != Outcome::ok;
  if (!failed && canary.careful == 0 && canary.since < state.study.canary_every) return "";
  const bool alone = canary.since == 1;
  const std::int64_t alarms = canary.alarms;
  const std::string why = check(state, state.study.devices);
  canary.since = 0;
  canary.good_evaluation = canary.last_evaluation;
  canary.good_kernel = canary.last_kernel;
  const bool wrong = canary.alarms > alarms && canary.careful == state.study.canary_every;
  return alone && !failed && wrong ? why : "";
}

std::optional<Failure> lost_device(const TuneState& state,
                                   const std::vector<std::string>& devices) {
  for (const std::string& device : devices) {
    if (const auto why = state.lost.find(device); why != state.lost.end()) {
      return Failure{Outcome::skipped, "build", why->second, 0};
    }
  }
  return std::nullopt;
}

}  // namespace paretune::harness
