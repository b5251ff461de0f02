// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "results/paired.h"
#include "results/records.h"

namespace paretune::harness {

/// Where fresh pairs of A and B come from. Each call is answered by a process of its own, which
/// warms both up and runs them in turn, in an order drawn per pair from `seed`.
class PairSource {
 public:
  virtual ~PairSource() = default;
  virtual std::variant<results::PairCluster, results::Failure> take(int pairs,
                                                                    std::uint64_t seed) = 0;
};

/// How a set of comparisons is run (docs/explanation/measurement.md).
struct ComparisonPlan {
  int pairs = 60;              ///< a round's, over its processes
  int max_pairs = 480;         ///< of one comparison, over all rounds; two rounds are always taken
  int restarts = 3;            ///< processes per round
  double later_seconds = 120;  ///< between a comparison's first round and its second
  double margin = 0.01;        ///< a win is faster by more than this share of B's time
  double error_rate = 0.01;    ///< chance that any win of the set is false
  std::uint64_t seed = 1;
};

struct Study;
/// The study's confirm section.
ComparisonPlan plan_of(const Study& study);

/// What one comparison came to.
struct Comparison {
  results::Verdict verdict = results::Verdict::inconclusive;
  results::RatioEstimate estimate;  ///< A over B
  results::Interval interval;       ///< of the ratio, at `level`
  double level = 0;                 ///< 1 - what may lie outside `interval`
  std::int64_t rounds = 0;
  std::int64_t more_pairs =
      0;               ///< about so many would settle it, if it is inconclusive; 0: unknown
  std::string reason;  ///< of a failure, or why a clear interval is no win
  std::optional<results::Failure> failure;  ///< pairs could not be taken to the end
  std::vector<results::PairCluster> clusters;
  std::vector<std::int64_t> processes_per_round;
};

/// One of a set; `hidden` ones (an A/A pair) are run and judged like the others, but are no
/// hypothesis of the set: they do not make it harder for the others to win.
struct Contest {
  std::string name;
  PairSource* source = nullptr;
  bool hidden = false;
};

struct ComparisonHooks {
  /// Waits; returns early (and is asked again no more) when stopped. Default: sleeps.
  std::function<void(double seconds)> wait;
  std::function<bool()> stopped;
  /// After each process: which contest, its pairs so far.
  std::function<void(const std::string& name, std::int64_t pairs)> took;
  /// After each round of a contest: its clusters are `comparison.clusters`.
  std::function<void(std::size_t contest, const Comparison& comparison)> round_ended;
};

/// Runs the contests in rounds side by side. A round takes plan.pairs fresh pairs of every contest
/// that is still open, spread over plan.restarts processes. From the second round on, which begins
/// at least later_seconds after the contest's first one ended, a contest is won when Holm's test
/// over the contests rejects "A is not faster by the margin" at the share of error_rate that the
/// rounds may have spent by then, and every round by itself shows the margin. `loss` and `same` are
/// found by the interval alone, from the first round on. What is open after max_pairs is
/// inconclusive.
std::vector<Comparison> compare_all(const std::vector<Contest>& contests,
                                    const ComparisonPlan& plan, const ComparisonHooks& hooks = {});

/// "win: 0.437x [0.430, 0.445] at 99.8 %, 120 pairs in 6 processes"; for an inconclusive one what
/// would settle it.
std::string to_text(const Comparison& comparison, double margin);

}  // namespace paretune::harness
