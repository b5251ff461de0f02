// SPDX-License-Identifier: Apache-2.0
#include "results/paired.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>

#include "search/random.h"

namespace paretune::results {
namespace {

using boost::math::students_t;

constexpr int kDraws = 200;  // the standard error is then known to 5 %
constexpr std::uint64_t kSeed = 19890917;
constexpr std::size_t kProcessesForSpread = 3;

double median_in_place(std::vector<std::int64_t>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return static_cast<double>(*middle);
  return (static_cast<double>(*std::max_element(values.begin(), middle)) +
          static_cast<double>(*middle)) /
         2;
}

double log_ratio_of(std::vector<std::int64_t>& a, std::vector<std::int64_t>& b) {
  return std::log(median_in_place(a) / median_in_place(b));
}

void check(const PairCluster& cluster) {
  if (cluster.a.size() != cluster.b.size() || cluster.a.size() < 2) {
    throw std::invalid_argument("a process needs at least two pairs, as many of A as of B");
  }
  const auto positive = [](std::int64_t sample) { return sample > 0; };
  if (!std::all_of(cluster.a.begin(), cluster.a.end(), positive) ||
      !std::all_of(cluster.b.begin(), cluster.b.end(), positive)) {
    throw std::invalid_argument("a sample of a pair is below one nanosecond");
  }
}

/// Blocks wrap round the end.
double bootstrap_variance(const PairCluster& cluster) {
  search::Engine engine(kSeed);
  const std::size_t n = cluster.a.size();
  const auto length =
      std::max<std::size_t>(1, static_cast<std::size_t>(std::cbrt(static_cast<double>(n))));
  std::vector<std::int64_t> a(n), b(n);
  double sum = 0, squares = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    for (std::size_t filled = 0; filled < n;) {
      const std::size_t start = search::draw_below(engine, n);
      for (std::size_t i = 0; i < length && filled < n; ++i, ++filled) {
        a[filled] = cluster.a[(start + i) % n];
        b[filled] = cluster.b[(start + i) % n];
      }
    }
    const double value = log_ratio_of(a, b);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kDraws;
  return std::max(0.0, (squares - kDraws * mean * mean) / (kDraws - 1));
}

/// A t statistic of no error at all is certain, whichever way it points.
double tail_below(double distance, double error, double degrees) {
  if (error <= 0) return distance < 0 ? 0 : (distance > 0 ? 1 : 0.5);
  return boost::math::cdf(students_t(degrees), distance / error);
}

}  // namespace

double RatioEstimate::ratio() const { return std::exp(log_ratio); }

Interval RatioEstimate::interval(double tail) const {
  const double width =
      error <= 0 ? 0 : error * boost::math::quantile(complement(students_t(degrees), tail));
  return {ratio(), std::exp(log_ratio - width), std::exp(log_ratio + width)};
}

double RatioEstimate::p_not_below(double bound) const {
  return tail_below(log_ratio - std::log(bound), error, degrees);
}

double RatioEstimate::p_not_above(double bound) const {
  return tail_below(std::log(bound) - log_ratio, error, degrees);
}

ClusterRatio cluster_ratio(const PairCluster& cluster) {
  check(cluster);
  PairCluster copy = cluster;
  return {log_ratio_of(copy.a, copy.b), bootstrap_variance(cluster),
          static_cast<std::int64_t>(cluster.a.size())};
}

RatioEstimate estimate_ratio(std::span<const ClusterRatio> clusters) {
  if (clusters.empty()) throw std::invalid_argument("no pairs to compare");
  RatioEstimate estimate;
  for (const ClusterRatio& cluster : clusters) estimate.pairs += cluster.pairs;
  const auto total = static_cast<double>(estimate.pairs);
  const auto weight = [&](const ClusterRatio& cluster) {
    return static_cast<double>(cluster.pairs) / total;
  };
  double within = 0, between = 0;
  for (const ClusterRatio& cluster : clusters) {
    estimate.log_ratio += weight(cluster) * cluster.log_ratio;
    within += weight(cluster) * weight(cluster) * cluster.variance;
  }
  estimate.processes = static_cast<std::int64_t>(clusters.size());
  estimate.degrees = total - 1;
  if (clusters.size() >= kProcessesForSpread) {
    estimate.degrees = static_cast<double>(clusters.size() - 1);
    for (const ClusterRatio& cluster : clusters) {
      const double off = cluster.log_ratio - estimate.log_ratio;
      between += weight(cluster) * off * off / estimate.degrees;
    }
  }
  estimate.error = std::sqrt(std::max(within, between));
  return estimate;
}

double spent_error(double alpha, double part) {
  return alpha * std::log(1 + (std::numbers::e - 1) * std::clamp(part, 0.0, 1.0));
}

std::vector<bool> holm(std::span<const double> p_values, double alpha,
                       std::vector<double>* levels) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return p_values[i] < p_values[j]; });
  std::vector<bool> falls(p_values.size(), false);
  if (levels != nullptr) levels->assign(p_values.size(), alpha);
  bool all = true;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const double level = alpha / static_cast<double>(order.size() - place);
    all = all && p_values[order[place]] <= level;
    falls[order[place]] = all;
    if (levels != nullptr) (*levels)[order[place]] = level;
  }
  return falls;
}

}  // namespace paretune::results
