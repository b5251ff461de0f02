// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QPainterPath>
#include <QPalette>

#include "gui/models/scatter_data.h"

namespace paretune::gui {

/// Colours of Okabe and Ito ("Color Universal Design", 2008), told apart by colour-blind people;
/// the shape says the same a second time.
QColor device_colour(DeviceSet set, const QPalette& palette);
/// Outline of about `radius` pixels around the origin: circle, square, triangle, diamond.
QPainterPath device_shape(DeviceSet set, double radius);

/// Sequential colour for `share` in 0..1, after cividis (Nunez, Anderton, Renslow, PLOS ONE 2018).
QColor ramp_colour(double share);

/// Marker radius for `share` in 0..1 of the size field: equal steps in area.
double radius_of(double share);
inline constexpr double plain_radius = 4.5;

}  // namespace paretune::gui
