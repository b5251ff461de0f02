// SPDX-License-Identifier: Apache-2.0
#include "harness/deadlines.h"

#include <algorithm>

namespace paretune::harness {

double Deadlines::of(const std::string& what, const std::string& stage, bool cold) const {
  if (stage == "load") return limits_.load;
  if (stage == "build") return limits_.build;
  const auto shortest = shortest_.find(stage + " of " + what);
  if (cold || shortest == shortest_.end()) return limits_.run;
  return std::min(limits_.run, std::max(limits_.floor, limits_.factor * shortest->second));
}

void Deadlines::completed(const std::string& what, const std::string& stage, double seconds) {
  const auto [at, fresh] = shortest_.try_emplace(stage + " of " + what, seconds);
  if (!fresh) at->second = std::min(at->second, seconds);
}

}  // namespace paretune::harness
