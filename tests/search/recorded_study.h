// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "search/pareto.h"
#include "search/space.h"
#include "search/strategy.h"

namespace paretune::search::testing {

/// Every candidate of a study with its measured objectives (data/README.md), to replay strategies.
struct RecordedStudy {
  Space space;                             ///< one axis "l<i>" per layer: 0 fp32, 1 int8_channel
  std::map<Point, Objectives> objectives;  ///< latency ratio, memory, -accuracy
  Objectives reference;                    ///< the worst of each objective
  double whole = 0;                        ///< hypervolume of all candidates

  /// Throws std::runtime_error when the file cannot be read.
  explicit RecordedStudy(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::string line;
    if (!std::getline(stream, line)) throw std::runtime_error("no study at " + file.string());
    std::vector<Objectives> all;
    while (std::getline(stream, line)) {
      std::replace(line.begin(), line.end(), ',', ' ');
      std::istringstream fields(line);
      std::string bits;
      Objectives values(3);
      fields >> bits >> values[0] >> values[1] >> values[2];
      values[2] = -values[2];
      Point point;
      for (const char bit : bits) point.push_back(bit == '1' ? 1 : 0);
      objectives[point] = values;
      all.push_back(values);
    }
    reference = all.front();
    for (const Objectives& values : all) {
      for (std::size_t k = 0; k < 3; ++k) reference[k] = std::max(reference[k], values[k]);
    }
    whole = hypervolume(all, reference);
    for (std::size_t i = 0; i < objectives.begin()->first.size(); ++i) {
      std::string name(1, 'l');
      name += std::to_string(i);
      space.add(Parameter{name, {0, 1}, {}});
    }
  }

  /// Share of `whole` that `budget` candidates proposed by a strategy dominate, one at a time.
  double replay(const std::string& strategy, std::uint64_t seed, std::size_t budget) const {
    const auto searcher = make_strategy(strategy, space, seed);
    std::vector<Objectives> found;
    for (std::size_t i = 0; i < budget; ++i) {
      const std::vector<Point> asked = searcher->ask(1);
      if (asked.empty()) break;
      Trial trial;
      trial.objectives = objectives.at(asked.front());
      found.push_back(trial.objectives);
      searcher->tell(asked.front(), trial);
    }
    return hypervolume(found, reference) / whole;
  }
};

}  // namespace paretune::search::testing
