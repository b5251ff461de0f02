// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "harness/timing.h"
#include "harness/tune_state.h"
#include "results/statistics.h"

namespace paretune::harness {
namespace {

using results::Interval;
using results::Metric;
using Samples = std::vector<std::int64_t>;

constexpr double kNsPerMs = 1e6;

Metric metric(const std::string& name, const Interval& interval, double scale, std::size_t n) {
  return {name, interval.value / scale, interval.lo / scale, interval.hi / scale,
          static_cast<std::int64_t>(n)};
}

Metric exact(const std::string& name, double value, std::size_t n) {
  return {name, value, value, value, static_cast<std::int64_t>(n)};
}

double mean_of(const Samples& samples) {
  return std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
}

void add_wall(const Samples& wall, std::vector<Metric>& metrics) {
  const std::size_t n = wall.size();
  const auto ms = [&](double probability) {
    return results::quantile(wall, probability) / kNsPerMs;
  };
  metrics.push_back(metric("latency_p50_ms", results::median_interval(wall), kNsPerMs, n));
  metrics.push_back(exact("latency_min_ms", ms(0), n));
  if (n >= results::samples_for_p90) metrics.push_back(exact("latency_p90_ms", ms(0.9), n));
  if (n >= results::samples_for_p99) metrics.push_back(exact("latency_p99_ms", ms(0.99), n));
  if (n >= 2 && mean_of(wall) > 0) {
    metrics.push_back(exact("latency_cv", variation(wall), n));
  }
}

}  // namespace

void add_latency_metrics(results::Measurement& measurement) {
  const Samples& wall = measurement.wall_ns;
  const Samples& cpu = measurement.cpu_ns;
  const Samples& marks = measurement.marks;
  const Samples& other = measurement.incumbent_wall_ns;
  auto& metrics = measurement.metrics;
  if (!wall.empty()) add_wall(wall, metrics);
  if (!cpu.empty()) {
    metrics.push_back(metric("cpu_p50_ms", results::median_interval(cpu), kNsPerMs, cpu.size()));
    if (cpu.size() == wall.size() && mean_of(wall) > 0) {
      metrics.push_back(exact("cpu_over_wall", mean_of(cpu) / mean_of(wall), cpu.size()));
    }
  }
  if (!marks.empty()) {
    const auto marked = std::count_if(marks.begin(), marks.end(), [](auto mark) { return mark; });
    const Interval share = results::wilson(marked, static_cast<std::int64_t>(marks.size()));
    metrics.push_back(metric("disturbed", share, 1, marks.size()));
  }
  if (wall.size() >= 2 && wall.size() == other.size()) {
    metrics.push_back(metric("latency_ratio", results::paired_ratio(wall, other), 1, wall.size()));
  }
}

}  // namespace paretune::harness
