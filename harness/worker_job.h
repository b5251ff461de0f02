// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/deadlines.h"
#include "harness/protocol.h"
#include "harness/study.h"
#include "harness/supervisor.h"
#include "harness/worker_process.h"

namespace paretune::harness {

/// A request as the supervisor sees it.
struct Job {
  std::string kind;
  nlohmann::json value;
  std::string what;                  ///< names requests of comparable length (Deadlines)
  std::vector<std::string> devices;  ///< those it works on
  /// Whether a candidate answers for it, stage by stage.
  bool measures() const { return kind == "kernel" || kind == "evaluate" || kind == "canary"; }
};

/// What a worker's end says of the request in flight: by code alone, never by what was printed.
results::Failure failure_of_end(int status, const std::string& stage, const WorkerProcess& worker);

/// Distinct devices of a candidate, sorted.
std::vector<std::string> devices_of(const model::Candidate& candidate);

/// What a study and the supervisor's patience mean for its workers.
WorkerLimits limits_of(const Study& study, const SupervisorTimes& times);
Deadlines::Limits deadlines_of(const Study& study, const SupervisorTimes& times);

}  // namespace paretune::harness
