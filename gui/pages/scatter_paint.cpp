// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/scatter_paint.h"

#include <QFontMetricsF>
#include <algorithm>
#include <array>
#include <cmath>

#include "gui/pages/marker_style.h"
#include "gui/pages/theme.h"

namespace paretune::gui {
namespace {

constexpr double pixels_per_x_tick = 90;
constexpr double pixels_per_y_tick = 50;
constexpr double gap = 8;

std::vector<AxisScale::Tick> x_ticks(const ScatterScene& scene, double width) {
  return scene.x.ticks(std::max(2, static_cast<int>(width / pixels_per_x_tick)));
}

std::vector<AxisScale::Tick> y_ticks(const ScatterScene& scene, double height) {
  return scene.y.ticks(std::max(2, static_cast<int>(height / pixels_per_y_tick)));
}

QString title_text(const AxisTitle& title) {
  return title.text + (title.minimised ? QStringLiteral("  \u00B7  lower is better")
                                       : QStringLiteral("  \u00B7  higher is better"));
}

void paint_grid(QPainter& painter, const ScatterScene& scene) {
  const QFontMetricsF metrics(scene.font);
  const QRectF& plot = scene.plot;
  const QPen grid(muted(scene.palette, 0.11), 1);
  const QPen label(muted(scene.palette, 0.75));
  for (const auto& tick : x_ticks(scene, plot.width())) {
    const double x = plot.left() + scene.x.to_unit(tick.value) * plot.width();
    painter.setPen(grid);
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    painter.setPen(label);
    const double width = metrics.horizontalAdvance(tick.label);
    painter.drawText(QPointF(x - width / 2, plot.bottom() + 5 + metrics.ascent()), tick.label);
  }
  for (const auto& tick : y_ticks(scene, plot.height())) {
    const double y = plot.bottom() - scene.y.to_unit(tick.value) * plot.height();
    painter.setPen(grid);
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    painter.setPen(label);
    const double width = metrics.horizontalAdvance(tick.label);
    painter.drawText(QPointF(plot.left() - 6 - width, y + metrics.ascent() / 2 - 1), tick.label);
  }
}

/// What falls into one cell of the dense image.
struct Cell {
  std::array<std::uint32_t, 4> by_devices = {};
  std::uint32_t kept = 0;  ///< points the filter lets through
  std::uint32_t dimmed = 0;
  double extra = 0;  ///< sum of shares over the kept
};

QRgb cell_colour(const Cell& cell, const ScatterScene& scene, double log_most) {
  if (cell.kept == 0) {
    QColor grey = muted(scene.palette, 0.35);
    grey.setAlpha(90);
    return qPremultiply(grey.rgba());
  }
  const auto most = std::max_element(cell.by_devices.begin(), cell.by_devices.end());
  QColor colour =
      scene.extra_use == ExtraUse::colour
          ? ramp_colour(cell.extra / cell.kept)
          : device_colour(static_cast<DeviceSet>(most - cell.by_devices.begin()), scene.palette);
  const double weight = log_most > 0 ? std::log1p(cell.kept) / log_most : 1;
  colour.setAlpha(static_cast<int>(120 + 135 * std::min(1.0, weight)));
  return qPremultiply(colour.rgba());
}

}  // namespace

bool ScatterScene::can_place(const ScatterData::Point& point) const {
  return x.can_show(point.x) && y.can_show(point.y);
}

QPointF ScatterScene::place(double at_x, double at_y) const {
  return {plot.left() + x.to_unit(at_x) * plot.width(),
          plot.bottom() - y.to_unit(at_y) * plot.height()};
}

double ScatterScene::extra_share(const ScatterData::Point& point) const {
  if (!point.extra || !extra_range || extra_range->second <= extra_range->first) return 0;
  return (*point.extra - extra_range->first) / (extra_range->second - extra_range->first);
}

QColor ScatterScene::colour_of(const ScatterData::Point& point) const {
  if (extra_use == ExtraUse::colour) {
    return point.extra ? ramp_colour(extra_share(point)) : muted(palette, 0.4);
  }
  return device_colour(point.devices, palette);
}

double ScatterScene::radius_of_point(const ScatterData::Point& point) const {
  return extra_use == ExtraUse::size ? radius_of(extra_share(point)) : plain_radius;
}

QRectF plot_rectangle(const ScatterScene& scene, const QSizeF& size) {
  const QFontMetricsF metrics(scene.font);
  // Whole pixels: the dense image lies on them without being resampled.
  const double top = std::ceil(metrics.height() + 2 * gap + 4);
  const double bottom = std::ceil(2 * metrics.height() + 18);
  double label_width = 0;
  for (const auto& tick : y_ticks(scene, size.height() - top - bottom)) {
    label_width = std::max(label_width, metrics.horizontalAdvance(tick.label));
  }
  const double left = std::ceil(metrics.height() + label_width + 22);
  return {left, top, std::max(40.0, size.width() - left - 2 * gap - 4),
          std::max(40.0, size.height() - top - bottom)};
}

void paint_frame(QPainter& painter, const ScatterScene& scene) {
  const QFontMetricsF metrics(scene.font);
  const QRectF& plot = scene.plot;
  painter.setFont(scene.font);
  painter.setRenderHint(QPainter::Antialiasing, false);
  paint_grid(painter, scene);
  painter.setPen(QPen(muted(scene.palette, 0.35), 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(plot);
  painter.setPen(scene.palette.color(QPalette::Text));
  const QString below = metrics.elidedText(title_text(scene.x_title), Qt::ElideRight, plot.width());
  painter.drawText(QPointF(plot.center().x() - metrics.horizontalAdvance(below) / 2,
                           plot.bottom() + 12 + metrics.height() + metrics.ascent()),
                   below);
  painter.save();
  const QString beside =
      metrics.elidedText(title_text(scene.y_title), Qt::ElideRight, plot.height());
  painter.translate(6 + metrics.ascent(), plot.center().y());
  painter.rotate(-90);
  painter.drawText(QPointF(-metrics.horizontalAdvance(beside) / 2, 0), beside);
  painter.restore();
}

void paint_marker(QPainter& painter, const ScatterScene& scene, const ScatterData::Point& point,
                  const QPointF& at, double scale) {
  QColor fill = scene.colour_of(point);
  QColor edge = is_dark(scene.palette) ? fill.lighter(115) : fill.darker(125);
  if (point.dimmed) {
    fill = edge = muted(scene.palette, 0.35);
    fill.setAlpha(40);
    edge.setAlpha(80);
  } else if (!point.on_front) {
    fill.setAlpha(120);
    edge.setAlpha(190);
  }
  painter.setPen(QPen(edge, 1));
  painter.setBrush(fill);
  painter.translate(at);
  painter.drawPath(device_shape(point.devices, scene.radius_of_point(point) * scale));
  painter.translate(-at);
}

void paint_points(QPainter& painter, const ScatterScene& scene,
                  const std::vector<QPointF>& positions) {
  const auto& points = scene.data->points();
  const QRectF reach = scene.plot.adjusted(-10, -10, 10, 10);
  painter.setRenderHint(QPainter::Antialiasing, true);
  const auto in_reach = static_cast<double>(std::count_if(
      positions.begin(), positions.end(), [&](const QPointF& p) { return reach.contains(p); }));
  // Many points need smaller markers to stay apart.
  const double scale = std::clamp(std::sqrt(500 / std::max(1.0, in_reach)), 0.55, 1.0);
  // What the filter leaves out lies under the rest.
  for (const bool dimmed : {true, false}) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (points[i].on_front || points[i].dimmed != dimmed || !reach.contains(positions[i])) {
        continue;
      }
      paint_marker(painter, scene, points[i], positions[i], scale);
    }
  }
}

QImage dense_image(const ScatterScene& scene, const std::vector<QPointF>& positions,
                   double device_pixel_ratio) {
  constexpr double cell_pixels = 3;
  const int columns = static_cast<int>(std::ceil(scene.plot.width() / cell_pixels)) + 1;
  const int rows = static_cast<int>(std::ceil(scene.plot.height() / cell_pixels)) + 1;
  std::vector<Cell> cells(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  const auto& points = scene.data->points();
  std::uint32_t most = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!scene.plot.contains(positions[i])) continue;
    const auto column =
        static_cast<std::size_t>((positions[i].x() - scene.plot.left()) / cell_pixels);
    const auto row = static_cast<std::size_t>((positions[i].y() - scene.plot.top()) / cell_pixels);
    Cell& cell = cells[row * static_cast<std::size_t>(columns) + column];
    if (points[i].dimmed) {
      ++cell.dimmed;
      continue;
    }
    ++cell.by_devices[static_cast<std::size_t>(points[i].devices)];
    cell.extra += scene.extra_share(points[i]);
    most = std::max(most, ++cell.kept);
  }
  QImage image(columns, rows, QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  for (int row = 0; row < rows; ++row) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
    for (int column = 0; column < columns; ++column) {
      const Cell& cell = cells[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                               static_cast<std::size_t>(column)];
      if (cell.kept + cell.dimmed > 0) line[column] = cell_colour(cell, scene, std::log1p(most));
    }
  }
  const double scale = cell_pixels * device_pixel_ratio;
  image = image.scaled(static_cast<int>(std::lround(columns * scale)),
                       static_cast<int>(std::lround(rows * scale)));
  image.setDevicePixelRatio(device_pixel_ratio);
  return image;
}

void paint_front(QPainter& painter, const ScatterScene& scene,
                 const std::vector<QPointF>& positions) {
  painter.setRenderHint(QPainter::Antialiasing, true);
  const auto& points = scene.data->points();
  QPolygonF line;
  for (const auto& [x, y] : scene.data->staircase()) {
    if (scene.x.can_show(x) && scene.y.can_show(y)) line << scene.place(x, y);
  }
  if (!line.isEmpty()) {
    // Beyond its ends the front goes on parallel to the axes, towards the worse side.
    const QRectF reach = scene.plot.adjusted(-4, -4, 4, 4);
    const bool best_first = scene.data->x_minimised();
    const double worse_y = scene.data->y_minimised() ? reach.top() : reach.bottom();
    const double worse_x = best_first ? reach.right() : reach.left();
    const QPointF steep(best_first ? line.first().x() : line.last().x(), worse_y);
    const QPointF flat(worse_x, best_first ? line.last().y() : line.first().y());
    line.prepend(best_first ? steep : flat);
    line.append(best_first ? flat : steep);
  }
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(muted(scene.palette, 0.7), 1.4, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
  painter.drawPolyline(line);
  for (const std::size_t index : scene.data->front()) {
    if (scene.plot.adjusted(-10, -10, 10, 10).contains(positions[index])) {
      paint_marker(painter, scene, points[index], positions[index], 1.2);
    }
  }
}

}  // namespace paretune::gui
