// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFont>
#include <QImage>
#include <QPainter>
#include <QPalette>
#include <QString>
#include <optional>
#include <utility>
#include <vector>

#include "gui/models/axis_scale.h"
#include "gui/models/scatter_data.h"

namespace paretune::gui {

/// How the third field is shown.
enum class ExtraUse { none, size, colour };

struct AxisTitle {
  QString text;           ///< "Latency p50 (ms)"
  bool minimised = true;  ///< lower is better
};

/// Everything the painting functions need; they are pure in it.
struct ScatterScene {
  const ScatterData* data = nullptr;
  AxisScale x, y;
  AxisTitle x_title, y_title;
  ExtraUse extra_use = ExtraUse::none;
  QString extra_title;                                   ///< "Memory (MiB)"
  std::optional<std::pair<double, double>> extra_range;  ///< of the data's extra
  QRectF plot;                                           ///< inside the axes, in widget pixels
  QPalette palette;
  QFont font;

  /// False when a logarithmic axis cannot show the point.
  bool can_place(const ScatterData::Point& point) const;
  QPointF place(double at_x, double at_y) const;
  /// 0..1 within extra_range; 0 without one.
  double extra_share(const ScatterData::Point& point) const;
  QColor colour_of(const ScatterData::Point& point) const;
  double radius_of_point(const ScatterData::Point& point) const;
};

/// More points in view than this are binned into an image instead of drawn one by one.
inline constexpr std::size_t dense_limit = 4000;
/// Longer fronts have no error bars but the selected point's: they would hide the points.
inline constexpr std::size_t most_error_bars = 25;

/// The plot rectangle that leaves room for legend, tick labels and titles.
QRectF plot_rectangle(const ScatterScene& scene, const QSizeF& size);
void paint_frame(QPainter& painter, const ScatterScene& scene);
/// `positions` are place() of the data's points, NaN where there is none. Front points are left to
/// paint_front.
void paint_points(QPainter& painter, const ScatterScene& scene,
                  const std::vector<QPointF>& positions);
/// The points binned into cells of 3 pixels: every visible point inks its cell, opacity grows with
/// the count.
QImage dense_image(const ScatterScene& scene, const std::vector<QPointF>& positions,
                   double device_pixel_ratio);
void paint_front(QPainter& painter, const ScatterScene& scene,
                 const std::vector<QPointF>& positions);
void paint_marker(QPainter& painter, const ScatterScene& scene, const ScatterData::Point& point,
                  const QPointF& at, double scale);

}  // namespace paretune::gui
