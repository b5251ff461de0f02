// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "search/pareto.h"

namespace paretune::search {

namespace {

/// Area under a staircase: `points` are (x, y) pairs, all better than the corner.
double area(std::vector<std::pair<double, double>> points, double corner_x, double corner_y) {
  std::sort(points.begin(), points.end());
  double result = 0;
  double height = corner_y;
  for (const auto& [x, y] : points) {
    if (y >= height) continue;
    result += (corner_x - x) * (height - y);
    height = y;
  }
  return result;
}

std::vector<Objectives> inside(const std::vector<Objectives>& points, const Objectives& reference) {
  std::vector<Objectives> result;
  for (const Objectives& point : points) {
    if (point.size() != reference.size()) {
      throw std::invalid_argument("points and reference must have one length");
    }
    bool better = true;  // also false for NaN
    for (std::size_t i = 0; i < point.size(); ++i) better = better && point[i] < reference[i];
    if (better) result.push_back(point);
  }
  return result;
}

}  // namespace

// Three objectives: slabs between consecutive third coordinates, each the area of the points that
// reach it (O(n^2 log n); fronts are small).
double hypervolume(const std::vector<Objectives>& points, const Objectives& reference) {
  if (reference.size() != 2 && reference.size() != 3) {
    throw std::invalid_argument("the hypervolume is made for two or three objectives");
  }
  std::vector<Objectives> used = inside(points, reference);
  std::vector<std::pair<double, double>> base;
  if (reference.size() == 2) {
    for (const Objectives& point : used) base.emplace_back(point[0], point[1]);
    return area(base, reference[0], reference[1]);
  }
  std::sort(used.begin(), used.end(),
            [](const Objectives& a, const Objectives& b) { return a[2] < b[2]; });
  double result = 0;
  for (std::size_t i = 0; i < used.size(); ++i) {
    base.emplace_back(used[i][0], used[i][1]);
    const double top = i + 1 < used.size() ? used[i + 1][2] : reference[2];
    if (top > used[i][2]) result += (top - used[i][2]) * area(base, reference[0], reference[1]);
  }
  return result;
}

}  // namespace paretune::search
