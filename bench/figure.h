// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace paretune::bench {

/// One measured figure: as one JSON line, or as text for people.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::string goal;  ///< "<= 4"; "" when there is none
  bool met = true;
  std::int64_t n = 0;
  std::string context;

  void print(bool json) const {
    if (json) {
      const nlohmann::ordered_json line = {{"figure", name},    {"value", value}, {"unit", unit},
                                           {"goal", goal},      {"met", met},     {"n", n},
                                           {"context", context}};
      fmt::print("{}\n", line.dump());
    } else {
      fmt::print("{:36} {:10.4g} {:6} {:10} {}  {}\n", name, value, unit, goal,
                 goal.empty() ? "   " : (met ? "met" : "MISSED"), context);
    }
    std::fflush(stdout);
  }
};

}  // namespace paretune::bench
