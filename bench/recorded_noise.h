// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "harness/comparison.h"

namespace paretune::bench {

/// Pairs of one and the same candidate, timed in many processes (bench/data/README.md).
class RecordedNoise {
 public:
  /// Reads what `paretune compare --samples` wrote. Throws std::runtime_error.
  explicit RecordedNoise(const std::filesystem::path& file);
  const std::vector<results::PairCluster>& processes() const { return processes_; }

 private:
  std::vector<results::PairCluster> processes_;
};

/// An identical candidate beside the incumbent: every take() is a random window of a random
/// recorded process, sides swapped at random.
class ReplayedPairs : public harness::PairSource {
 public:
  ReplayedPairs(const RecordedNoise& noise, std::uint64_t seed, double gain = 0)
      : noise_(noise), engine_(seed), gain_(gain) {}
  std::variant<results::PairCluster, results::Failure> take(int pairs, std::uint64_t) override;

 private:
  const RecordedNoise& noise_;
  std::mt19937_64 engine_;
  double gain_;
};

/// What tuners did in one night with 50 identical candidates: did any of them claim a win?
struct Night {
  bool naive_mean = false;  ///< a candidate's mean of 3 was lower than the incumbent's
  bool naive_best =
      false;               ///< the best of 50 medians of 30 was more than 2 % below the incumbent's
  bool confirmed = false;  ///< one of the four best won by our protocol
};
Night simulate_night(const RecordedNoise& noise, const harness::ComparisonPlan& plan,
                     std::uint64_t seed);

}  // namespace paretune::bench
