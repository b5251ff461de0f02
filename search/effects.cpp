// SPDX-License-Identifier: Apache-2.0
#include "search/effects.h"

#include <numeric>

namespace paretune::search {

namespace {

constexpr int sweeps = 12;         // a sweep reduces the error severalfold when axes are unrelated
constexpr double shrinkage = 0.3;  // in trials: an effect seen once is trusted by 1 / 1.3

}  // namespace

Effects::Effects(const Space& space, const std::vector<const Point*>& points,
                 const std::vector<double>& values) {
  for (const Parameter& parameter : space.parameters()) {
    effects_.emplace_back(parameter.values.size(), 0.0);
  }
  if (points.empty()) return;
  mean_ = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  std::vector<double> residuals = values;
  for (double& residual : residuals) residual -= mean_;
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (std::size_t axis = 0; axis < effects_.size(); ++axis) {
      std::vector<double>& effects = effects_[axis];
      std::vector<double> sums(effects.size(), 0.0), counts(effects.size(), shrinkage);
      for (std::size_t i = 0; i < points.size(); ++i) {
        const std::uint32_t value = (*points[i])[axis];
        sums[value] += residuals[i] + effects[value];
        counts[value] += 1;
      }
      for (std::size_t v = 0; v < sums.size(); ++v) sums[v] /= counts[v];
      for (std::size_t i = 0; i < points.size(); ++i) {
        const std::uint32_t value = (*points[i])[axis];
        residuals[i] += effects[value] - sums[value];
      }
      effects = std::move(sums);
    }
  }
}

double Effects::operator()(const Point& point) const {
  double result = mean_;
  for (std::size_t axis = 0; axis < point.size(); ++axis) result += effects_[axis][point[axis]];
  return result;
}

}  // namespace paretune::search
