// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "results/records.h"
#include "search/pareto.h"

namespace paretune::gui {

/// Which of the study's objectives any row has: latency_p50_ms, memory_mib, accuracy.
using ObjectivesPresent = std::array<bool, 3>;
ObjectivesPresent objectives_present(const results::CandidateRow& row);

/// The study's objectives of a row, all minimised (accuracy negated). NaN, never on a front, when
/// the row failed or lacks one that others have; 0 for what no row has.
search::Objectives study_objectives(const results::CandidateRow& row,
                                    const ObjectivesPresent& present);

/// Sets on_front of `rows`, the way Store::candidates does for a whole study. Live updates deliver
/// only newer rows, so the flags of the older ones must be kept right here.
void mark_front(const std::vector<results::CandidateRow*>& rows, const ObjectivesPresent& present);

}  // namespace paretune::gui
