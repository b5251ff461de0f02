// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "results/records.h"

namespace paretune::results {

/// Aligned text table of the rows on the front, fastest first: latency, memory and accuracy with
/// their 95 % intervals, verdicts where there are any, schemes, devices. Lines hold at most `width`
/// columns (60 or more). `colour` sets the header bold by ANSI escapes. One sentence when the front
/// is empty.
std::string front_table(const std::vector<CandidateRow>& rows, int width = 100,
                        bool colour = false);

/// One line per set of devices ("cpu", "opencl:0", "cpu opencl:0"): its fastest successful
/// candidate.
std::string best_per_device(const std::vector<CandidateRow>& rows);

/// The front, fastest first, as a JSON list of {"id", "latency_ms": {"p50","lo","hi"},
/// "memory_mib", "accuracy": {"value","lo","hi","n"}, "schemes": [], "devices": [], "runtime"};
/// null where not measured.
std::string front_json(const std::vector<CandidateRow>& rows);

/// One line per row under a header of field names (RFC 4180 quoting, lines end in LF). Text that a
/// spreadsheet would run as a formula gets a leading ' (OWASP, CSV Injection).
std::string csv(const std::vector<CandidateRow>& rows);

}  // namespace paretune::results
