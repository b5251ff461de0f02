// SPDX-License-Identifier: Apache-2.0
#include "gui/models/axis_scale.h"

#include <algorithm>
#include <cmath>

namespace paretune::gui {
namespace {

constexpr double margin_share = 0.06;    // free room around the data
constexpr double narrowest_span = 1e-9;  // relative; below it neighbouring doubles share a pixel

double nice_step(double span, int wanted) {
  const double raw = span / std::max(1, wanted);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double rest = raw / power;
  const double nice = rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10;
  return nice * power;
}

QString number_label(double value, double step) {
  const double magnitude = std::abs(value);
  if (magnitude != 0 && (magnitude >= 1e7 || magnitude < 1e-5)) {
    return QString::number(value, 'g', 4);
  }
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
  return QString::number(value, 'f', decimals);
}

}  // namespace

AxisScale::AxisScale(double lo, double hi, bool logarithmic)
    : lo_(lo), hi_(hi), logarithmic_(logarithmic) {}

AxisScale AxisScale::fit(double lo, double hi, bool logarithmic) {
  if (logarithmic) {
    const double low = std::log10(lo);
    const double high = std::log10(hi);
    const double margin = high > low ? (high - low) * margin_share : 0.1;
    return {std::pow(10.0, low - margin), std::pow(10.0, high + margin), true};
  }
  const double half = hi > lo ? (hi - lo) * margin_share : std::max(std::abs(lo) * 0.1, 1e-6);
  return {lo - half, hi + half, false};
}

double AxisScale::forward(double value) const { return logarithmic_ ? std::log10(value) : value; }
double AxisScale::backward(double value) const {
  return logarithmic_ ? std::pow(10.0, value) : value;
}

bool AxisScale::can_show(double value) const {
  return std::isfinite(value) && (!logarithmic_ || value > 0);
}

double AxisScale::to_unit(double value) const {
  const double low = forward(lo_);
  return (forward(value) - low) / (forward(hi_) - low);
}

double AxisScale::from_unit(double unit) const {
  const double low = forward(lo_);
  return backward(low + unit * (forward(hi_) - low));
}

AxisScale AxisScale::zoomed(double unit_anchor, double factor) const {
  const AxisScale next(from_unit(unit_anchor - unit_anchor * factor),
                       from_unit(unit_anchor + (1 - unit_anchor) * factor), logarithmic_);
  const double reach = std::max(std::abs(next.lo_), std::abs(next.hi_));
  const bool usable = std::isfinite(next.lo_) && std::isfinite(next.hi_) &&
                      next.hi_ - next.lo_ > reach * narrowest_span && reach < 1e15 &&
                      (!logarithmic_ || next.lo_ > 1e-15);
  return usable ? next : *this;
}

AxisScale AxisScale::panned(double unit_delta) const {
  const AxisScale next(from_unit(unit_delta), from_unit(1 + unit_delta), logarithmic_);
  const bool usable = std::isfinite(next.lo_) && std::isfinite(next.hi_) && next.hi_ < 1e15 &&
                      (!logarithmic_ || next.lo_ > 1e-15);
  return usable ? next : *this;
}

std::vector<AxisScale::Tick> AxisScale::decade_ticks(int wanted) const {
  const int first = static_cast<int>(std::floor(std::log10(lo_)));
  const int last = static_cast<int>(std::ceil(std::log10(hi_)));
  const int stride = std::max(1, (last - first) / std::max(1, wanted));
  const bool between = last - first <= wanted / 2;
  std::vector<Tick> ticks;
  for (int decade = first; decade <= last; decade += stride) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor != 1.0 && !between) break;
      const double value = factor * std::pow(10.0, decade);
      if (value < lo_ || value > hi_) continue;
      ticks.push_back({value, number_label(value, value)});
    }
  }
  return ticks;
}

std::vector<AxisScale::Tick> AxisScale::ticks(int wanted) const {
  // Over less than a decade 1-2-5 marks are too few: evenly spaced values read better there.
  if (logarithmic_ && hi_ / lo_ > 8) return decade_ticks(wanted);
  const double step = nice_step(hi_ - lo_, wanted);
  std::vector<Tick> ticks;
  const double first = std::ceil(lo_ / step - 1e-9);
  for (double k = first; k * step <= hi_ + step * 1e-9 && ticks.size() < 64; ++k) {
    const double value = k == 0 ? 0 : k * step;
    ticks.push_back({value, number_label(value, step)});
  }
  return ticks;
}

}  // namespace paretune::gui
