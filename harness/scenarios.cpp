// SPDX-License-Identifier: Apache-2.0
#include "harness/scenarios.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

#include "harness/stopwatch.h"
#include "results/statistics.h"

namespace paretune::harness {
namespace {

using results::Metric;

constexpr std::size_t kQueriesForP99 = 662;
constexpr double kNsPerSecond = 1e9;
constexpr double kNsPerMs = 1e6;
constexpr std::int64_t kSpinNs = 200'000;
constexpr int kParts = 10;
constexpr double kStudent9 = 2.262;  ///< 97.5 % point of Student's t with 9 degrees of freedom

/// Ranks (from 0) of the order statistics between which the quantile lies with 95 %; the normal
/// approximation of the binomial, a rank wider on each side.
std::pair<std::size_t, std::size_t> quantile_ranks(std::size_t n, double probability) {
  const auto count = static_cast<double>(n);
  const double centre = count * probability;
  const double half = 1.96 * std::sqrt(count * probability * (1 - probability)) + 1;
  const auto rank = [&](double at) {
    return static_cast<std::size_t>(std::clamp(at, 0.0, count - 1));
  };
  return {rank(std::floor(centre - half)), rank(std::ceil(centre + half))};
}

std::vector<Metric> server(const std::function<void()>& run, const LoadPlan& plan,
                           ScenarioClock& clock) {
  const std::size_t n = server_queries(plan);
  std::vector<std::int64_t> latency =
      serve_queries(run, poisson_arrivals(plan.rate, n, plan.seed), clock);
  if (latency.empty()) return {};
  std::sort(latency.begin(), latency.end());
  const auto count = static_cast<std::int64_t>(latency.size());
  const auto ms = [&](std::size_t rank) { return static_cast<double>(latency[rank]) / kNsPerMs; };
  const auto median = results::median_interval(latency);
  std::vector<Metric> metrics = {{"server_p50_ms", median.value / kNsPerMs, median.lo / kNsPerMs,
                                  median.hi / kNsPerMs, count}};
  if (latency.size() >= kQueriesForP99) {
    const auto [below, above] = quantile_ranks(latency.size(), 0.99);
    metrics.push_back({"server_p99_ms", results::quantile(latency, 0.99) / kNsPerMs, ms(below),
                       ms(above), count});
  }
  if (plan.bound_ms > 0) {
    const auto in_time =
        std::upper_bound(latency.begin(), latency.end(), plan.bound_ms * kNsPerMs,
                         [](double bound, std::int64_t ns) { return bound < double(ns); });
    const auto late = results::wilson(latency.end() - in_time, count);
    metrics.push_back({"server_late", late.value, late.lo, late.hi, count});
  }
  return metrics;
}

/// Samples per second in each of ten equal parts of the time.
std::vector<Metric> offline(const std::function<void()>& run, const LoadPlan& plan,
                            ScenarioClock& clock) {
  std::vector<double> rates;
  std::int64_t runs = 0;
  for (int part = 0; part < kParts; ++part) {
    const std::int64_t start = clock.now_ns();
    std::int64_t done = 0, taken = 0;
    do {
      run();
      ++done;
      taken = clock.now_ns() - start;
    } while (static_cast<double>(taken) < plan.seconds * kNsPerSecond / kParts);
    runs += done;
    rates.push_back(static_cast<double>(done * plan.batch) * kNsPerSecond /
                    static_cast<double>(std::max<std::int64_t>(1, taken)));
  }
  const double mean = std::accumulate(rates.begin(), rates.end(), 0.0) / kParts;
  double squares = 0;
  for (const double rate : rates) squares += (rate - mean) * (rate - mean);
  const double half = kStudent9 * std::sqrt(squares / (kParts - 1) / kParts);
  return {{"throughput_per_s", mean, mean - half, mean + half, runs}};
}

}  // namespace

std::int64_t ScenarioClock::now_ns() { return Stopwatch::wall_now(); }

void ScenarioClock::wait_until(std::int64_t ns) {
  const std::int64_t left = ns - now_ns();
  if (left > kSpinNs) std::this_thread::sleep_for(std::chrono::nanoseconds(left - kSpinNs));
  while (now_ns() < ns) {
  }
}

std::vector<std::int64_t> poisson_arrivals(double rate_per_s, std::size_t count,
                                           std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::vector<std::int64_t> arrivals;
  arrivals.reserve(count);
  double at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double uniform = (static_cast<double>(engine() >> 11) + 0.5) * 0x1.0p-53;
    at += -std::log(uniform) / rate_per_s;
    arrivals.push_back(static_cast<std::int64_t>(at * kNsPerSecond));
  }
  return arrivals;
}

std::vector<std::int64_t> serve_queries(const std::function<void()>& run,
                                        const std::vector<std::int64_t>& arrivals,
                                        ScenarioClock& clock) {
  std::vector<std::int64_t> latency;
  latency.reserve(arrivals.size());
  const std::int64_t start = clock.now_ns();
  for (const std::int64_t arrival : arrivals) {
    if (clock.now_ns() < start + arrival) clock.wait_until(start + arrival);
    run();
    latency.push_back(clock.now_ns() - start - arrival);
  }
  return latency;
}

std::size_t server_queries(const LoadPlan& plan) {
  const double wanted =
      std::max(static_cast<double>(kQueriesForP99), std::ceil(plan.rate * plan.seconds));
  return static_cast<std::size_t>(std::min(wanted, plan.rate * plan.most_seconds));
}

std::vector<Metric> run_scenario(const std::function<void()>& run, const LoadPlan& plan,
                                 ScenarioClock& clock) {
  if (plan.scenario == "offline") return offline(run, plan, clock);
  if (plan.scenario == "server") return server(run, plan, clock);
  return {};
}

}  // namespace paretune::harness
