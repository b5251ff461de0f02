// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace paretune::results {

/// Samples below which a percentile is not given: it would be the luck of one run (MLPerf inference's
/// floors for the 90th and the 99th).
inline constexpr std::size_t samples_for_p90 = 64;
inline constexpr std::size_t samples_for_p99 = 662;

struct Interval {
  double value = 0, lo = 0, hi = 0;
};

/// Linear-interpolated quantile (Hyndman & Fan, 1996, type 7). Throws std::invalid_argument when
/// empty.
double quantile(std::span<const std::int64_t> samples, double probability);
/// Median with a 95 % distribution-free interval from order statistics (binomial; Conover,
/// Practical Nonparametric Statistics, section 3.2). Fewer than 6 samples: lo = min, hi = max.
Interval median_interval(std::span<const std::int64_t> samples);
/// Wilson score 95 % interval of a proportion (Wilson 1927). n == 0 gives {0,0,1}.
Interval wilson(std::int64_t successes, std::int64_t n);
/// Ratio of medians a/b of paired samples with a 95 % percentile bootstrap interval over pairs
/// (Efron 1979); deterministic. Throws std::invalid_argument on unequal lengths or fewer than 2
/// pairs.
Interval paired_ratio(std::span<const std::int64_t> a, std::span<const std::int64_t> b);

enum class Verdict { win, loss, same, inconclusive };
std::string to_text(Verdict verdict);
/// win: ratio.hi < 1 - margin; loss: ratio.lo > 1 + margin; same: interval inside [1-margin,
/// 1+margin].
Verdict judge(const Interval& ratio, double margin = 0.01);

}  // namespace paretune::results
