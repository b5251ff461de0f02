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

/// The study these rows belong to; without objectives when there are no rows.
harness::Study study_of(const results::Store& store,
                        const std::vector<results::CandidateRow>& rows);

/// One line: the study's constraints and how many candidates break them; "" when it has none.
std::string constraints_text(const harness::Study& study,
                             const std::vector<results::CandidateRow>& rows);

/// The front as a table for this terminal.
std::string front_text(const std::vector<results::CandidateRow>& rows);

}  // namespace paretune::cli
