// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "results/statistics.h"

namespace paretune::results {

/// Runs of A and B taken in turn by one process: a[i] and b[i] (nanoseconds) are neighbours in
/// time.
struct PairCluster {
  std::vector<std::int64_t> a, b;
};

/// What one process says: log(median a / median b), and its variance by a moving-block bootstrap of
/// the pairs (Kuensch 1989, block length cbrt(n); neighbouring pairs are alike). Deterministic.
struct ClusterRatio {
  double log_ratio = 0, variance = 0;
  std::int64_t pairs = 0;
};
/// Throws std::invalid_argument on unequal lengths, fewer than 2 pairs, or a sample below 1 ns.
ClusterRatio cluster_ratio(const PairCluster& cluster);

/// Ratio of A's median time to B's, estimated over several processes.
struct RatioEstimate {
  double log_ratio = 0;  ///< mean over processes of log(median a / median b), weighted by pairs
  double error = 0;      ///< standard error of log_ratio
  double degrees = 1;    ///< degrees of freedom of that error
  std::int64_t pairs = 0;
  std::int64_t processes = 0;

  double ratio() const;
  /// The true ratio lies below lo with probability `tail`, above hi with probability `tail`
  /// (Student's t on the logarithm). 0 < tail < 0.5.
  Interval interval(double tail) const;
  /// One-sided p-value of "the true ratio is `bound` or more" / "... or less".
  double p_not_below(double bound) const;
  double p_not_above(double bound) const;
};

/// The error is the larger of two: what the processes say of their own medians, and what their
/// ratios spread. With three processes or more the latter gives the degrees of freedom (processes -
/// 1); with fewer it cannot be estimated, and one process's luck is not covered. Throws
/// std::invalid_argument when there are none.
RatioEstimate estimate_ratio(std::span<const ClusterRatio> clusters);

/// Share of the error `alpha` that may be spent by the time `part` of the samples (0 < part <= 1)
/// are taken: alpha * log(1 + (e - 1) * part) (Lan & DeMets 1983, near Pocock's boundary).
double spent_error(double alpha, double part);

/// Holm's step-down test (Holm 1979): which of the hypotheses with these p-values fall when all
/// together may err with probability `alpha`. `levels`, when given, receives what each was held
/// against.
std::vector<bool> holm(std::span<const double> p_values, double alpha,
                       std::vector<double>* levels = nullptr);

}  // namespace paretune::results
