// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>

#include "search/space.h"

namespace paretune::search::testing {

/// "p3": appended, for GCC 12 warns about "p" + std::to_string(3).
inline std::string name(char letter, int number) {
  std::string result(1, letter);
  result += std::to_string(number);
  return result;
}

/// A random small space: 1 to 4 axes of 1 to 6 values and up to 3 constraints. std::mt19937's
/// output is standard, and `% n` is good enough here.
inline Space random_space(unsigned seed) {
  std::mt19937 engine(seed);
  const auto below = [&](unsigned n) { return static_cast<int>(engine() % n); };
  Space space;
  const int axes = 1 + below(4);
  for (int i = 0; i < axes; ++i) {
    Parameter parameter{name('p', i), {}, {}};
    const int length = 1 + below(6);
    for (int k = 0; k < length; ++k) parameter.values.push_back(k * (1 + below(3)) - 2 + 3 * k);
    space.add(parameter);
  }
  const int rules = below(4);
  for (int r = 0; r < rules; ++r) {
    Constraint constraint;
    for (int t = below(3); t >= 0; --t) {
      Constraint::Term term{below(7) - 3, {}};
      for (int f = below(3); f > 0; --f) {
        term.factors.push_back(name('p', below(static_cast<unsigned>(axes))));
      }
      constraint.terms.push_back(term);
    }
    constraint.limit = below(60) - 10;
    if (below(3) == 0) {
      constraint.dividend = name('p', below(static_cast<unsigned>(axes)));
      constraint.divisor = name('p', below(static_cast<unsigned>(axes)));
    }
    constraint.why = name('r', r);
    space.add(constraint);
  }
  return space;
}

/// `axes` axes of `length` values: 0, 1, 2, ...
inline Space grid(int axes, int length) {
  Space space;
  for (int i = 0; i < axes; ++i) {
    Parameter parameter{name('x', i), {}, {}};
    for (int k = 0; k < length; ++k) parameter.values.push_back(k);
    space.add(parameter);
  }
  return space;
}

}  // namespace paretune::search::testing
