// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/marker_style.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/pages/theme.h"

namespace paretune::gui {

QColor device_colour(DeviceSet set, const QPalette& palette) {
  const bool dark = is_dark(palette);
  switch (set) {
    case DeviceSet::cpu:
      return dark ? QColor(0x56B4E9) : QColor(0x0072B2);
    case DeviceSet::opencl:
      return dark ? QColor(0xE69F00) : QColor(0xD55E00);
    case DeviceSet::mixed:
      return QColor(0x009E73);
    case DeviceSet::other:
      break;
  }
  return QColor(0xCC79A7);
}

QPainterPath device_shape(DeviceSet set, double radius) {
  QPainterPath path;
  switch (set) {
    case DeviceSet::cpu:
      path.addEllipse(QPointF(0, 0), radius, radius);
      break;
    case DeviceSet::opencl:
      path.addRect(-radius * 0.9, -radius * 0.9, radius * 1.8, radius * 1.8);
      break;
    case DeviceSet::mixed:
      path.moveTo(0, -radius * 1.25);
      path.lineTo(radius * 1.15, radius * 0.85);
      path.lineTo(-radius * 1.15, radius * 0.85);
      path.closeSubpath();
      break;
    case DeviceSet::other:
      path.moveTo(0, -radius * 1.3);
      path.lineTo(radius * 1.1, 0);
      path.lineTo(0, radius * 1.3);
      path.lineTo(-radius * 1.1, 0);
      path.closeSubpath();
      break;
  }
  return path;
}

QColor ramp_colour(double share) {
  static const std::array<QColor, 5> stops = {QColor(0x00, 0x22, 0x4E), QColor(0x41, 0x4D, 0x6B),
                                              QColor(0x7C, 0x7B, 0x78), QColor(0xBC, 0xAF, 0x6F),
                                              QColor(0xFE, 0xE8, 0x38)};
  const double at = std::clamp(share, 0.0, 1.0) * (stops.size() - 1);
  const auto index = std::min(static_cast<std::size_t>(at), stops.size() - 2);
  const double rest = at - static_cast<double>(index);
  const QColor& a = stops[index];
  const QColor& b = stops[index + 1];
  const auto mix = [rest](int from, int to) {
    return static_cast<int>(std::lround(from + (to - from) * rest));
  };
  return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

double radius_of(double share) {
  constexpr double smallest = 3.2;
  constexpr double largest = 8.0;
  const double s = std::clamp(share, 0.0, 1.0);
  return std::sqrt(smallest * smallest + s * (largest * largest - smallest * smallest));
}

}  // namespace paretune::gui
