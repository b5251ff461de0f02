// SPDX-License-Identifier: Apache-2.0
#include "kernels/knob_space.h"

#include <algorithm>
#include <bit>

namespace paretune::kernels {

void add_axis(search::Space& space, const char* name, std::vector<std::int64_t> values,
              std::int64_t most) {
  const auto least = values.at(0);
  std::erase_if(values, [&](std::int64_t value) { return value > std::max(most, least); });
  space.add(search::Parameter{name, std::move(values), {}});
}

void add_limit(search::Space& space, std::vector<search::Constraint::Term> terms,
               std::int64_t limit, const char* why) {
  search::Constraint constraint;
  constraint.terms = std::move(terms);
  constraint.limit = limit;
  constraint.why = why;
  space.add(std::move(constraint));
}

model::Knobs grown_knobs(const search::Space& space,
                         const std::vector<std::pair<std::string, std::int64_t>>& targets) {
  search::Point point(space.parameters().size(), 0);
  for (const auto& [name, target] : targets) {
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
      const auto& parameter = space.parameters()[axis];
      if (parameter.name != name) continue;
      for (std::uint32_t i = 0; i < parameter.values.size() && parameter.values[i] <= target; ++i) {
        auto grown = point;
        grown[axis] = i;
        if (space.valid(grown)) point = grown;
      }
    }
  }
  model::Knobs knobs;
  for (const auto& [name, value] : space.values(point)) knobs[name] = value;
  return knobs;
}

std::int64_t next_power_of_two(std::int64_t value) {
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(value)));
}

}  // namespace paretune::kernels
