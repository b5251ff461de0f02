// SPDX-License-Identifier: Apache-2.0
#include "harness/worker_job.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <set>

namespace paretune::harness {
namespace {

using results::Failure;
using results::Outcome;

constexpr std::size_t kLongestReason = 300;

/// The last line with something on it: usually what a dying program said.
std::string last_words(const std::string& tail) {
  const auto end = tail.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return "";
  const auto newline = tail.rfind('\n', end);
  const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
  return tail.substr(begin, std::min(end + 1 - begin, kLongestReason));
}

}  // namespace

Failure failure_of_end(int status, const std::string& stage, const WorkerProcess& worker) {
  Failure failure{Outcome::crash, stage, "", 0};
  if (worker.abandoned()) {
    failure.reason = "the worker sleeps in the kernel and cannot be killed";
    failure.outcome = Outcome::hang;
    failure.signal = SIGKILL;
    return failure;
  }
  if (WIFSIGNALED(status)) {
    failure.signal = WTERMSIG(status);
    failure.reason = fmt::format("the worker was killed by {}", signal_name(failure.signal));
  } else {
    failure.reason =
        fmt::format("the worker exited with code {} without a result", WEXITSTATUS(status));
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kOutOfMemoryExit) {
    failure.outcome = Outcome::host_oom;
    failure.reason = "host memory did not suffice in one of the worker's threads";
  } else if (failure.signal == SIGKILL && worker.out_of_memory()) {
    failure.outcome = Outcome::host_oom;
    failure.reason = "the kernel killed the worker at the study's memory limit";
  }
  if (const std::string words = last_words(worker.tail()); !words.empty()) {
    failure.reason += ": " + words;
  }
  return failure;
}

std::vector<std::string> devices_of(const model::Candidate& candidate) {
  std::set<std::string> devices;
  for (const auto& [layer, choice] : candidate.layers) devices.insert(choice.device);
  return {devices.begin(), devices.end()};
}

WorkerLimits limits_of(const Study& study, const SupervisorTimes& times) {
  WorkerLimits limits;
  limits.memory_mib = study.memory_limit_mib;
  limits.address_space =
      std::none_of(study.devices.begin(), study.devices.end(),
                   [](const std::string& device) { return device.starts_with("cuda"); });
  limits.grace = times.grace;
  limits.patience = times.patience;
  return limits;
}

Deadlines::Limits deadlines_of(const Study& study, const SupervisorTimes& times) {
  Deadlines::Limits limits;
  limits.build = study.build_seconds;
  limits.run = study.run_seconds;
  limits.floor = times.shortest_deadline;
  return limits;
}

}  // namespace paretune::harness
