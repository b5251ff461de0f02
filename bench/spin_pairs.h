// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "harness/comparison.h"

namespace paretune::bench {

/// Two calibrated spins: B runs `iterations` dependent multiplications, A `gain` fewer. Each take()
/// is a process of its own.
class SpinPairs : public harness::PairSource {
 public:
  SpinPairs(std::int64_t iterations, double gain);
  std::variant<results::PairCluster, results::Failure> take(int pairs, std::uint64_t seed) override;
  /// Iterations that take about `microseconds` now.
  static std::int64_t calibrate(double microseconds);

 private:
  std::int64_t a_, b_;
};

}  // namespace paretune::bench
