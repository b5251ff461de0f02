// SPDX-License-Identifier: Apache-2.0
#include "search/nondominated.h"

#include <algorithm>
#include <limits>

namespace paretune::search {

namespace {

using Indices = std::vector<std::size_t>;

/// Peels front after front off the feasible trials; returns the fronts.
std::vector<Indices> peel(const std::vector<const Trial*>& trials, Indices left) {
  std::vector<Indices> fronts;
  while (!left.empty()) {
    std::vector<Objectives> points;
    points.reserve(left.size());
    for (const std::size_t i : left) points.push_back(trials[i]->objectives);
    const Indices best = pareto_front(points);
    Indices front, rest;
    for (std::size_t k = 0, next = 0; k < left.size(); ++k) {
      const bool on_front = next < best.size() && best[next] == k;
      if (on_front) ++next;
      (on_front ? front : rest).push_back(left[k]);
    }
    if (front.empty()) front.swap(rest);  // only NaN is left
    fronts.push_back(std::move(front));
    left = std::move(rest);
  }
  return fronts;
}

/// Crowding distance of one front (section III-B), negated.
void crowd(const std::vector<const Trial*>& trials, Indices front, std::vector<Standing>& result) {
  const std::size_t objectives = trials[front.front()]->objectives.size();
  for (std::size_t k = 0; k < objectives; ++k) {
    const auto value = [&](std::size_t i) { return trials[i]->objectives[k]; };
    std::stable_sort(front.begin(), front.end(),
                     [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    const double range = value(front.back()) - value(front.front());
    result[front.front()].crowding = -std::numeric_limits<double>::infinity();
    result[front.back()].crowding = -std::numeric_limits<double>::infinity();
    if (!(range > 0)) continue;
    for (std::size_t i = 1; i + 1 < front.size(); ++i) {
      result[front[i]].crowding -= (value(front[i + 1]) - value(front[i - 1])) / range;
    }
  }
}

}  // namespace

double total_violation(const Trial& trial) {
  double sum = 0;
  for (const double violation : trial.violations) sum += std::max(violation, 0.0);
  return sum;
}

std::vector<Standing> standings(const std::vector<const Trial*>& trials) {
  std::vector<Standing> result(trials.size());
  Indices feasible;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    result[i].violation = total_violation(*trials[i]);
    if (result[i].violation == 0) feasible.push_back(i);
  }
  const std::vector<Indices> fronts = peel(trials, feasible);
  for (std::size_t rank = 0; rank < fronts.size(); ++rank) {
    for (const std::size_t i : fronts[rank]) result[i].front = rank;
    crowd(trials, fronts[rank], result);
  }
  return result;
}

}  // namespace paretune::search
