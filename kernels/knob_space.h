// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/candidate.h"
#include "search/space.h"

namespace paretune::kernels {

/// Appends an axis (values ascending) without its values above `most`; the first is always kept.
void add_axis(search::Space& space, const char* name, std::vector<std::int64_t> values,
              std::int64_t most);
/// Appends the rule: sum of the terms <= limit.
void add_limit(search::Space& space, std::vector<search::Constraint::Term> terms,
               std::int64_t limit, const char* why);
/// From the smallest setting (which must be valid) each named knob in turn grows to its target as
/// far as the constraints let it.
model::Knobs grown_knobs(const search::Space& space,
                         const std::vector<std::pair<std::string, std::int64_t>>& targets);
std::int64_t next_power_of_two(std::int64_t value);

}  // namespace paretune::kernels
