// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <vector>

namespace paretune::gui {

/// The visible range of one plot axis, linear or logarithmic, and its tick marks. Unit coordinates
/// run from 0 (lo) to 1 (hi).
class AxisScale {
 public:
  struct Tick {
    double value = 0;
    QString label;
  };

  AxisScale() = default;
  /// Needs lo < hi, both finite; on a logarithmic axis lo > 0.
  AxisScale(double lo, double hi, bool logarithmic);
  /// A range that shows [lo, hi] with a margin; widened when lo == hi.
  static AxisScale fit(double lo, double hi, bool logarithmic);

  double lo() const { return lo_; }
  double hi() const { return hi_; }
  bool logarithmic() const { return logarithmic_; }

  /// False for what has no place on this axis: not finite, or not positive on a logarithmic one.
  bool can_show(double value) const;
  double to_unit(double value) const;
  double from_unit(double unit) const;

  /// The range scaled by `factor` (< 1 zooms in) about a unit coordinate; unchanged at the limits
  /// of precision.
  AxisScale zoomed(double unit_anchor, double factor) const;
  /// The range moved by a share of its width.
  AxisScale panned(double unit_delta) const;

  /// About `wanted` marks at 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph
  /// labels", Graphics Gems, 1990).
  std::vector<Tick> ticks(int wanted) const;

 private:
  double forward(double value) const;
  double backward(double value) const;
  std::vector<Tick> decade_ticks(int wanted) const;

  double lo_ = 0;
  double hi_ = 1;
  bool logarithmic_ = false;
};

}  // namespace paretune::gui
