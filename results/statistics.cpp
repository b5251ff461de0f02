// SPDX-License-Identifier: Apache-2.0
#include "results/statistics.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "search/random.h"

namespace paretune::results {

namespace {

constexpr double z95 = 1.959963984540054;  // 97.5 % point of the standard normal
constexpr int resamples = 200;             // a screening's interval; its ends are then steady to
                                           // about a seventh of its width
constexpr std::uint64_t bootstrap_seed = 19790107;

template <class Number>
double sorted_quantile(const std::vector<Number>& sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double share = place - static_cast<double>(below);
  const auto low = static_cast<double>(sorted[below]);
  return low + share * (static_cast<double>(sorted[above]) - low);
}

template <class Number>
double median_of(std::vector<Number>& values) {
  const std::size_t half = values.size() / 2;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(half);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return static_cast<double>(*middle);
  const Number left = *std::max_element(values.begin(), middle);
  return (static_cast<double>(left) + static_cast<double>(*middle)) / 2;
}

std::vector<std::int64_t> sorted_copy(std::span<const std::int64_t> samples) {
  if (samples.empty()) throw std::invalid_argument("no samples to summarise");
  std::vector<std::int64_t> sorted(samples.begin(), samples.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// Largest r with P(Binomial(n, 1/2) < r) <= 2.5 %: x(r) .. x(n+1-r), counted from 1, then hold the
/// median with at least 95 %.
std::size_t lower_rank(std::size_t n) {
  const auto count = static_cast<double>(n);
  double below = 0;
  for (std::size_t k = 0; k <= n / 2; ++k) {
    const auto hits = static_cast<double>(k);
    below += std::exp(std::lgamma(count + 1) - std::lgamma(hits + 1) -
                      std::lgamma(count - hits + 1) - count * std::log(2.0));
    if (below > 0.025) return k;
  }
  return n / 2;
}

}  // namespace

double quantile(std::span<const std::int64_t> samples, double probability) {
  if (!(probability >= 0 && probability <= 1)) {
    throw std::invalid_argument("a probability lies between 0 and 1");
  }
  return sorted_quantile(sorted_copy(samples), probability);
}

Interval median_interval(std::span<const std::int64_t> samples) {
  const std::vector<std::int64_t> sorted = sorted_copy(samples);
  const std::size_t n = sorted.size();
  const std::size_t rank = n < 6 ? 1 : std::max<std::size_t>(lower_rank(n), 1);
  return {sorted_quantile(sorted, 0.5), static_cast<double>(sorted[rank - 1]),
          static_cast<double>(sorted[n - rank])};
}

Interval wilson(std::int64_t successes, std::int64_t n) {
  if (n < 0 || successes < 0 || successes > n) {
    throw std::invalid_argument("successes lie between 0 and the number of trials");
  }
  if (n == 0) return {0, 0, 1};
  const auto count = static_cast<double>(n);
  const double share = static_cast<double>(successes) / count;
  const double z2 = z95 * z95;
  const double centre = (share + z2 / (2 * count)) / (1 + z2 / count);
  const double half =
      z95 / (1 + z2 / count) * std::sqrt(share * (1 - share) / count + z2 / (4 * count * count));
  // At 0 and n successes the bound is exactly 0 or 1; rounding must not leave it a hair off.
  return {share, successes == 0 ? 0.0 : centre - half, successes == n ? 1.0 : centre + half};
}

Interval paired_ratio(std::span<const std::int64_t> a, std::span<const std::int64_t> b) {
  if (a.size() != b.size()) throw std::invalid_argument("paired samples need equal lengths");
  if (a.size() < 2) throw std::invalid_argument("a paired ratio needs at least two pairs");
  const std::size_t n = a.size();
  std::vector<std::int64_t> left(a.begin(), a.end()), right(b.begin(), b.end());
  const double value = median_of(left) / median_of(right);
  std::vector<double> ratios;
  search::Engine engine(bootstrap_seed);
  for (int draw = 0; draw < resamples; ++draw) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t pair = search::draw_below(engine, n);
      left[i] = a[pair];
      right[i] = b[pair];
    }
    ratios.push_back(median_of(left) / median_of(right));
  }
  std::sort(ratios.begin(), ratios.end());
  return {value, sorted_quantile(ratios, 0.025), sorted_quantile(ratios, 0.975)};
}

std::string to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::win:
      return "win";
    case Verdict::loss:
      return "loss";
    case Verdict::same:
      return "same";
    case Verdict::inconclusive:
      return "inconclusive";
  }
  throw std::invalid_argument("unknown verdict");
}

Verdict judge(const Interval& ratio, double margin) {
  if (ratio.hi < 1 - margin) return Verdict::win;
  if (ratio.lo > 1 + margin) return Verdict::loss;
  if (ratio.lo >= 1 - margin && ratio.hi <= 1 + margin) return Verdict::same;
  return Verdict::inconclusive;
}

}  // namespace paretune::results
