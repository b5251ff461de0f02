// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "results/records.h"

namespace paretune::harness {

/// Load scenarios in MLPerf inference's words (Reddi et al., ISCA 2020): single_stream sends the
/// next query when the last is answered, offline has all at hand, server's arrive at random.
struct LoadPlan {
  std::string scenario = "single_stream";
  double rate = 0;           ///< server: queries per second
  double bound_ms = 0;       ///< server: an answer after that is late; 0: none is
  double seconds = 0.3;      ///< offline: run so long; server: at least so long
  double most_seconds = 30;  ///< server: no arrivals after that
  std::uint64_t seed = 1;    ///< of the arrivals
  int batch = 1;             ///< samples per run
};

/// Time a scenario runs by; tests have their own.
class ScenarioClock {
 public:
  virtual ~ScenarioClock() = default;
  virtual std::int64_t now_ns();
  /// Sleeps until shortly before, then spins: the timer's slack is not the candidate's latency.
  virtual void wait_until(std::int64_t ns);
};

/// Offsets from the start, ascending: a Poisson process of `rate_per_s` (exponential gaps drawn
/// from the seed, equal on every platform).
std::vector<std::int64_t> poisson_arrivals(double rate_per_s, std::size_t count,
                                           std::uint64_t seed);

/// Answers the queries one by one in order of arrival. From each one's arrival as drawn, not as
/// noticed, to its answer: waiting behind others counts.
std::vector<std::int64_t> serve_queries(const std::function<void()>& run,
                                        const std::vector<std::int64_t>& arrivals,
                                        ScenarioClock& clock);

/// Queries a server measurement sends: enough for a p99 (662) or for `seconds`, whichever is more,
/// but no more than fit into most_seconds.
std::size_t server_queries(const LoadPlan& plan);

/// Runs the scenario and returns its metrics (results/fields.h): none for single_stream;
/// throughput_per_s for offline, in samples, with a 95 % interval over ten parts of the time;
/// server_p50_ms, server_p99_ms (from 662 queries on; with a 95 % interval from order statistics)
/// and, with a bound, server_late (Wilson interval) for server. The bound is kept when the p99's
/// upper end keeps it.
std::vector<results::Metric> run_scenario(const std::function<void()>& run, const LoadPlan& plan,
                                          ScenarioClock& clock);

}  // namespace paretune::harness
