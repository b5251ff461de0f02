// SPDX-License-Identifier: Apache-2.0
#include "harness/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace paretune::harness {
namespace {

using results::Verdict;
using Clock = std::chrono::steady_clock;

constexpr int kLeastPairs = 2;
/// Rounds before which nothing is won: the second one comes later, on a machine that may have
/// changed.
constexpr int kRoundsToWin = 2;

/// What the rounds need to know of one contest.
struct Course {
  Comparison comparison;
  std::vector<results::ClusterRatio> ratios;  ///< of comparison.clusters
  std::vector<double> round_ratios;           ///< of each round by itself
  Clock::time_point first_ended;
  bool open = true;
};

class Rounds {
 public:
  Rounds(const std::vector<Contest>& contests, const ComparisonPlan& plan,
         const ComparisonHooks& hooks)
      : contests_(contests), plan_(plan), hooks_(hooks), courses_(contests.size()) {
    restarts_ = std::max(1, plan.restarts);
    per_process_ = std::max(kLeastPairs, (plan.pairs + restarts_ - 1) / restarts_);
    const int per_round = per_process_ * restarts_;
    most_ = std::max(kRoundsToWin, plan.max_pairs / per_round);
    hypotheses_ = std::count_if(contests.begin(), contests.end(),
                                [](const Contest& contest) { return !contest.hidden; });
  }

  std::vector<Comparison> run() {
    for (int round = 1; round <= most_ && any_open() && !stopped(); ++round) {
      for (std::size_t i = 0; i < courses_.size() && !stopped(); ++i) {
        if (courses_[i].open) take_round(i, round);
      }
      judge(round);
    }
    std::vector<Comparison> comparisons;
    for (Course& course : courses_) {
      settle(course);
      comparisons.push_back(std::move(course.comparison));
    }
    return comparisons;
  }

 private:
  bool stopped() const { return hooks_.stopped && hooks_.stopped(); }
  bool any_open() const {
    return std::any_of(courses_.begin(), courses_.end(),
                       [](const Course& course) { return course.open; });
  }

  void wait_until(Clock::time_point when) const {
    const double left = std::chrono::duration<double>(when - Clock::now()).count();
    if (left <= 0) return;
    if (hooks_.wait) {
      hooks_.wait(left);
    } else {
      std::this_thread::sleep_for(std::chrono::duration<double>(left));
    }
  }

  void take_round(std::size_t i, int round) {
    Course& course = courses_[i];
    Comparison& comparison = course.comparison;
    if (round == kRoundsToWin) {
      wait_until(course.first_ended + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(plan_.later_seconds)));
    }
    const std::size_t before = comparison.clusters.size();
    for (int process = 0; process < restarts_ && !stopped(); ++process) {
      const auto seed = plan_.seed + 1000 * static_cast<std::uint64_t>(round) +
                        static_cast<std::uint64_t>(process);
      auto taken = contests_[i].source->take(per_process_, seed);
      if (auto* failure = std::get_if<results::Failure>(&taken)) {
        comparison.failure = std::move(*failure);
        comparison.reason = comparison.failure->reason;
        course.open = false;
        break;
      }
      comparison.clusters.push_back(std::move(std::get<results::PairCluster>(taken)));
      if (hooks_.took) {
        hooks_.took(contests_[i].name,
                    static_cast<std::int64_t>(comparison.clusters.size()) * per_process_);
      }
    }
    end_round(i, before);
  }

  void end_round(std::size_t i, std::size_t before) {
    Course& course = courses_[i];
    Comparison& comparison = course.comparison;
    const std::size_t count = comparison.clusters.size() - before;
    if (count == 0) return;
    for (std::size_t k = before; k < comparison.clusters.size(); ++k) {
      course.ratios.push_back(results::cluster_ratio(comparison.clusters[k]));
    }
    const std::span<const results::ClusterRatio> all(course.ratios);
    comparison.estimate = results::estimate_ratio(all);
    course.round_ratios.push_back(results::estimate_ratio(all.subspan(before)).ratio());
    comparison.processes_per_round.push_back(static_cast<std::int64_t>(count));
    ++comparison.rounds;
    if (comparison.rounds == 1) course.first_ended = Clock::now();
    if (hooks_.round_ended) hooks_.round_ended(i, comparison);
  }

  /// The error this round may spend: what no earlier one could have.
  double share(int round) const {
    const auto spent = [&](int rounds) {
      return rounds < kRoundsToWin
                 ? 0.0
                 : results::spent_error(plan_.error_rate, static_cast<double>(rounds) / most_);
    };
    return spent(round) - spent(round - 1);
  }

  void judge(int round) {
    std::vector<std::size_t> tested;
    std::vector<double> p_values;
    for (std::size_t i = 0; i < courses_.size(); ++i) {
      Course& course = courses_[i];
      if (!course.open || course.comparison.clusters.empty()) continue;
      if (contests_[i].hidden) {
        judge_alone(course, plan_.error_rate / most_);
        if (round >= kRoundsToWin) win_if_clear(course, plan_.error_rate / most_);
      } else {
        tested.push_back(i);
        p_values.push_back(course.comparison.estimate.p_not_below(1 - plan_.margin));
      }
    }
    if (round < kRoundsToWin) {
      for (const std::size_t i : tested) {
        judge_alone(courses_[i], plan_.error_rate / static_cast<double>(most_ * hypotheses_));
      }
      return;
    }
    // Contests that were won before are out of the way; those lost or closed still count.
    p_values.resize(static_cast<std::size_t>(hypotheses_ - won_), 1.0);
    std::vector<double> levels;
    const auto falls = results::holm(p_values, share(round), &levels);
    for (std::size_t k = 0; k < tested.size(); ++k) {
      Course& course = courses_[tested[k]];
      if (falls[k]) {
        if (win_if_clear(course, levels[k])) ++won_;
      } else {
        judge_alone(course, levels[k]);
      }
    }
  }

  /// Sets the interval; finds loss and same.
  void judge_alone(Course& course, double tail) const {
    Comparison& comparison = course.comparison;
    comparison.interval = comparison.estimate.interval(tail);
    comparison.level = 1 - 2 * tail;
    const Verdict verdict = results::judge(comparison.interval, plan_.margin);
    if (verdict != Verdict::loss && verdict != Verdict::same) return;
    comparison.verdict = verdict;
    course.open = false;
  }

  bool win_if_clear(Course& course, double tail) const {
    Comparison& comparison = course.comparison;
    comparison.interval = comparison.estimate.interval(tail);
    comparison.level = 1 - 2 * tail;
    if (results::judge(comparison.interval, plan_.margin) != Verdict::win) return false;
    const bool lasting = std::all_of(course.round_ratios.begin(), course.round_ratios.end(),
                                     [&](double ratio) { return ratio < 1 - plan_.margin; });
    if (!lasting) {
      comparison.reason = "the rounds disagree: not each by itself shows the margin";
      return false;
    }
    comparison.verdict = Verdict::win;
    comparison.reason.clear();
    course.open = false;
    return true;
  }

  /// Pairs at which the interval would just clear the nearer side of the margin, if the ratio
  /// stayed (widths shrink as 1/sqrt(n)).
  void settle(Course& course) const {
    Comparison& comparison = course.comparison;
    if (comparison.verdict != Verdict::inconclusive || comparison.clusters.empty()) return;
    if (comparison.failure) return;
    const double ratio = comparison.interval.value;
    const double width = comparison.interval.hi - ratio;
    const double room = std::abs(std::abs(ratio - 1) - plan_.margin);
    if (width <= 0 || room <= 0) return;
    const auto pairs = static_cast<double>(comparison.estimate.pairs);
    const double needed = std::ceil(pairs * (width / room) * (width / room));
    // Beyond a million nobody would wait, nor trust the figure.
    if (needed > pairs && needed < 1e6) {
      comparison.more_pairs = static_cast<std::int64_t>(needed - pairs);
    }
  }

  const std::vector<Contest>& contests_;
  const ComparisonPlan& plan_;
  const ComparisonHooks& hooks_;
  std::vector<Course> courses_;
  int restarts_ = 1, per_process_ = kLeastPairs, most_ = kRoundsToWin;
  std::int64_t hypotheses_ = 0, won_ = 0;
};

}  // namespace

std::vector<Comparison> compare_all(const std::vector<Contest>& contests,
                                    const ComparisonPlan& plan, const ComparisonHooks& hooks) {
  return Rounds(contests, plan, hooks).run();
}

std::string to_text(const Comparison& comparison, double margin) {
  if (comparison.failure) {
    return fmt::format("{}: {}", results::to_text(comparison.failure->outcome),
                       comparison.failure->reason);
  }
  if (comparison.clusters.empty()) return "not compared";
  std::string text =
      fmt::format("{}: {:.3f}x [{:.3f}, {:.3f}] at {:.4g} %, {} pairs in {} processes",
                  results::to_text(comparison.verdict), comparison.interval.value,
                  comparison.interval.lo, comparison.interval.hi, 100 * comparison.level,
                  comparison.estimate.pairs, comparison.estimate.processes);
  if (!comparison.reason.empty()) text += "; " + comparison.reason;
  if (comparison.verdict != Verdict::inconclusive) return text;
  if (comparison.more_pairs > 0) {
    text += fmt::format("; about {} more repeats would settle it", comparison.more_pairs);
  } else {
    text += fmt::format("; too near the margin of {:g} % to say how many repeats would settle it",
                        100 * margin);
  }
  return text;
}

}  // namespace paretune::harness
