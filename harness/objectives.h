// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "harness/bounds.h"
#include "harness/study.h"
#include "search/pareto.h"

namespace paretune::harness {

/// The study's objectives, all minimised; nullopt when one was not measured.
std::optional<search::Objectives> objectives_of(const Study& study, const Metrics& metrics);

/// Indices of those that no other dominates in the study's objectives, among those that break none
/// of its constraints as far as measured; ascending.
std::vector<std::size_t> study_front(const Study& study, const std::vector<Metrics>& candidates);

/// Sets on_front of a study's rows by study_front(); leaves it when the study names no objectives.
void mark_front(const Study& study, std::vector<results::CandidateRow>& rows);

}  // namespace paretune::harness
