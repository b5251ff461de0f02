// SPDX-License-Identifier: Apache-2.0
#include "search/pareto.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "search/random.h"

namespace paretune::search {

namespace {

constexpr std::uint64_t probability_seed = 20020401;  // fixed: the same rows give the same report

bool comparable(std::span<const double> point) {
  return std::none_of(point.begin(), point.end(), [](double x) { return std::isnan(x); });
}

/// Comparable points in lexicographic order: whatever dominates a point stands before it.
std::vector<std::size_t> lexicographic(const std::vector<Objectives>& points) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].size() != points.front().size()) {
      throw std::invalid_argument("objective vectors must have one length");
    }
    if (comparable(points[i])) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  return order;
}

std::vector<std::size_t> sweep_two(const std::vector<Objectives>& points,
                                   const std::vector<std::size_t>& order) {
  std::vector<std::size_t> front;
  for (const std::size_t i : order) {
    if (front.empty() || points[i][1] < points[front.back()][1] ||
        points[i] == points[front.back()]) {
      front.push_back(i);
    }
  }
  return front;
}

}  // namespace

bool dominates(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size() || !comparable(a) || !comparable(b)) return false;
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

std::vector<std::size_t> pareto_front(const std::vector<Objectives>& points) {
  if (points.empty()) return {};
  const std::vector<std::size_t> order = lexicographic(points);
  std::vector<std::size_t> front;
  if (points.front().size() == 2) {
    front = sweep_two(points, order);
  } else {
    for (const std::size_t i : order) {
      const bool beaten = std::any_of(front.begin(), front.end(), [&](std::size_t j) {
        return dominates(points[j], points[i]);
      });
      if (!beaten) front.push_back(i);
    }
  }
  std::sort(front.begin(), front.end());
  return front;
}

std::vector<double> front_probability(const std::vector<Objectives>& means,
                                      const std::vector<Objectives>& deviations,
                                      std::size_t draws) {
  if (means.size() != deviations.size()) {
    throw std::invalid_argument("one vector of deviations per point is needed");
  }
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (means[i].size() != deviations[i].size()) {
      throw std::invalid_argument("one deviation per objective is needed");
    }
  }
  if (draws == 0) throw std::invalid_argument("at least one draw is needed");
  std::vector<std::size_t> hits(means.size());
  Engine engine(probability_seed);
  std::vector<Objectives> drawn = means;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    for (std::size_t i = 0; i < means.size(); ++i) {
      for (std::size_t k = 0; k < means[i].size(); ++k) {
        drawn[i][k] = means[i][k] + deviations[i][k] * draw_normal(engine);
      }
    }
    for (const std::size_t i : pareto_front(drawn)) ++hits[i];
  }
  std::vector<double> result;
  result.reserve(hits.size());
  for (const std::size_t count : hits) {
    result.push_back(static_cast<double>(count) / static_cast<double>(draws));
  }
  return result;
}

}  // namespace paretune::search
