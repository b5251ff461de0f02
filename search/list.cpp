// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "search/evolutionary.h"
#include "search/ordered_strategy.h"
#include "search/strategy.h"

namespace paretune::search {

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> entries = {
      {"exhaustive", "every valid point, in order", make_exhaustive},
      {"random", "valid points in random order, none twice", make_random},
      {"evolutionary", "bred from the best so far, by an additive model of what was measured",
       make_evolutionary},
  };
  return entries;
}

std::unique_ptr<Strategy> make_strategy(std::string_view name, const Space& space,
                                        std::uint64_t seed) {
  std::string known;
  for (const StrategyEntry& entry : strategies()) {
    if (entry.name == name) return entry.make(space, seed);
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw std::invalid_argument("unknown strategy '" + std::string(name) + "'; known: " + known);
}

}  // namespace paretune::search
