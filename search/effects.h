// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "search/space.h"

namespace paretune::search {

/// Guesses a figure of a point as a mean plus one effect per axis value. Fitted by backfitting
/// (Hastie & Tibshirani, Generalized Additive Models, 1986) with shrinkage, so that values tried
/// once or never stay near the mean. The cost of a chain of layers is nearly of this form.
class Effects {
 public:
  /// `values[i]` belongs to `points[i]`; all points lie in the space. O(points * axes).
  Effects(const Space& space, const std::vector<const Point*>& points,
          const std::vector<double>& values);

  double operator()(const Point& point) const;

 private:
  double mean_ = 0;
  std::vector<std::vector<double>> effects_;  ///< per axis and value
};

}  // namespace paretune::search
