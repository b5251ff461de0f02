// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "harness/study.h"
#include "harness/tune.h"
#include "results/store.h"

namespace paretune::cli {

/// Tunes `study` into `store` with this very program as worker; draws progress; SIGINT and SIGTERM
/// stop it after the request in flight. `at_phase` is called when a phase begins.
harness::TuneSummary run_sweep(const harness::Study& study, results::Store& store, bool resume,
                               const std::function<void(const std::string&)>& at_phase = {});

/// Front, best per set of devices and verdict on stdout, as text or JSON.
void print_outcome(const results::Store& store, const harness::TuneSummary& summary, bool json);

/// The front as a table for this terminal.
std::string front_text(const std::vector<results::CandidateRow>& rows);

}  // namespace paretune::cli
