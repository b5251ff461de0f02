// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/scatter_overlay.h"

#include <QFontMetricsF>
#include <QLinearGradient>
#include <algorithm>
#include <array>

#include "gui/pages/marker_style.h"
#include "gui/pages/theme.h"

namespace paretune::gui {
namespace {

/// Writes legend items from left to right.
class LegendRow {
 public:
  LegendRow(QPainter& painter, const ScatterScene& scene, double width)
      : painter_(painter),
        scene_(scene),
        metrics_(scene.font),
        at_(scene.plot.left()),
        end_(width - 8),
        middle_(scene.plot.top() / 2) {}

  /// Makes room for a symbol of that width; false when the item no longer fits.
  bool fits(double symbol, const QString& text) const {
    return at_ + symbol + 5 + metrics_.horizontalAdvance(text) <= end_;
  }
  QPointF symbol_centre(double symbol) const { return {at_ + symbol / 2, middle_}; }
  void text(double symbol, const QString& words) {
    painter_.setPen(muted(scene_.palette, 0.85));
    painter_.drawText(
        QPointF(at_ + symbol + 5, middle_ + (metrics_.ascent() - metrics_.descent()) / 2), words);
    at_ += symbol + 5 + metrics_.horizontalAdvance(words) + 16;
  }

 private:
  QPainter& painter_;
  const ScatterScene& scene_;
  QFontMetricsF metrics_;
  double at_;
  double end_;
  double middle_;
};

void add_devices(QPainter& painter, const ScatterScene& scene, LegendRow& row) {
  std::array<bool, 4> occurs = {};
  for (const auto& point : scene.data->points()) {
    occurs[static_cast<std::size_t>(point.devices)] = true;
  }
  for (const auto set : {DeviceSet::cpu, DeviceSet::opencl, DeviceSet::other, DeviceSet::mixed}) {
    constexpr double symbol = 11;
    if (!occurs[static_cast<std::size_t>(set)] || !row.fits(symbol, to_text(set))) continue;
    const bool by_colour = scene.extra_use != ExtraUse::colour;
    const QColor colour = by_colour ? device_colour(set, scene.palette) : muted(scene.palette, 0.5);
    painter.setPen(QPen(colour.darker(115), 1));
    painter.setBrush(colour);
    painter.translate(row.symbol_centre(symbol));
    painter.drawPath(device_shape(set, 4.8));
    painter.translate(-row.symbol_centre(symbol));
    row.text(symbol, to_text(set));
  }
}

void add_front(QPainter& painter, const ScatterScene& scene, LegendRow& row) {
  constexpr double symbol = 20;
  const QString words = scene.data->front().size() <= most_error_bars
                            ? QStringLiteral("front of these axes, 95 % intervals")
                            : QStringLiteral("front of these axes");
  if (scene.data->front().empty() || !row.fits(symbol, words)) return;
  const QPointF at = row.symbol_centre(symbol);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(muted(scene.palette, 0.7), 1.4));
  painter.drawPolyline(QPolygonF(
      {at + QPointF(-10, 4), at + QPointF(0, 4), at + QPointF(0, -4), at + QPointF(10, -4)}));
  row.text(symbol, words);
}

void add_extra(QPainter& painter, const ScatterScene& scene, LegendRow& row) {
  if (scene.extra_use == ExtraUse::none || !scene.extra_range) return;
  const auto number = [](double value) { return QString::number(value, 'g', 3); };
  const QString words = scene.extra_title + QStringLiteral(" ") + number(scene.extra_range->first) +
                        QStringLiteral(" \u2013 ") + number(scene.extra_range->second);
  const double symbol = scene.extra_use == ExtraUse::colour ? 60 : 28;
  if (!row.fits(symbol, words)) return;
  const QPointF at = row.symbol_centre(symbol);
  if (scene.extra_use == ExtraUse::colour) {
    QLinearGradient gradient(at - QPointF(30, 0), at + QPointF(30, 0));
    for (int stop = 0; stop <= 8; ++stop) gradient.setColorAt(stop / 8.0, ramp_colour(stop / 8.0));
    painter.setPen(Qt::NoPen);
    painter.setBrush(gradient);
    painter.drawRect(QRectF(at.x() - 30, at.y() - 4, 60, 8));
  } else {
    painter.setPen(QPen(muted(scene.palette, 0.7), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(at - QPointF(9, 0), radius_of(0), radius_of(0));
    painter.drawEllipse(at + QPointF(6, 0), radius_of(1), radius_of(1));
  }
  row.text(symbol, words);
}

}  // namespace

void paint_legend(QPainter& painter, const ScatterScene& scene, double width) {
  painter.setFont(scene.font);
  painter.setRenderHint(QPainter::Antialiasing, true);
  LegendRow row(painter, scene, width);
  add_devices(painter, scene, row);
  add_extra(painter, scene, row);
  add_front(painter, scene, row);
}

void paint_error_bars(QPainter& painter, const ScatterScene& scene, const ScatterData::Point& point,
                      const QPointF& at) {
  constexpr double cap = 3;
  QColor colour = scene.colour_of(point);
  if (is_dark(scene.palette)) colour = colour.lighter(120);
  painter.setRenderHint(QPainter::Antialiasing, true);
  painter.setPen(QPen(colour, 1.2));
  if (point.x_lo < point.x_hi && scene.x.can_show(point.x_lo)) {
    const double left = scene.place(point.x_lo, point.y).x();
    const double right = scene.place(point.x_hi, point.y).x();
    painter.drawLine(QPointF(left, at.y()), QPointF(right, at.y()));
    for (const double x : {left, right}) {
      painter.drawLine(QPointF(x, at.y() - cap), QPointF(x, at.y() + cap));
    }
  }
  if (point.y_lo < point.y_hi && scene.y.can_show(point.y_lo)) {
    const double low = scene.place(point.x, point.y_lo).y();
    const double high = scene.place(point.x, point.y_hi).y();
    painter.drawLine(QPointF(at.x(), low), QPointF(at.x(), high));
    for (const double y : {low, high}) {
      painter.drawLine(QPointF(at.x() - cap, y), QPointF(at.x() + cap, y));
    }
  }
}

void paint_baseline(QPainter& painter, const ScatterScene& scene, const QPointF& at) {
  const QFontMetricsF metrics(scene.font);
  const QString word = QStringLiteral("baseline");
  const double width = metrics.horizontalAdvance(word);
  painter.setRenderHint(QPainter::Antialiasing, true);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(scene.palette.color(QPalette::Text), 1.3, Qt::DotLine));
  painter.drawEllipse(at, 12, 12);
  painter.setPen(scene.palette.color(QPalette::Text));
  const bool fits_right = at.x() + 16 + width < scene.plot.right();
  painter.drawText(QPointF(fits_right ? at.x() + 16 : at.x() - 16 - width, at.y() - 6), word);
}

void paint_selected(QPainter& painter, const ScatterScene& scene, const ScatterData::Point& point,
                    const QPointF& at) {
  painter.setRenderHint(QPainter::Antialiasing, true);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(scene.palette.color(QPalette::Base), 5));
  painter.drawEllipse(at, 11, 11);
  ScatterData::Point solid = point;
  solid.on_front = true;
  solid.dimmed = false;
  paint_marker(painter, scene, solid, at, 1.25);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(scene.palette.color(QPalette::Text), 2));
  painter.drawEllipse(at, 11, 11);
}

void paint_card(QPainter& painter, const ScatterScene& scene, const QStringList& lines,
                const QPointF& at, const QRectF& bounds) {
  QFont bold = scene.font;
  bold.setBold(true);
  const QFontMetricsF metrics(scene.font);
  const QFontMetricsF bold_metrics(bold);
  constexpr double padding = 8;
  constexpr double widest = 360;
  double width = 0;
  for (int i = 0; i < lines.size(); ++i) {
    width = std::max(width, (i == 0 ? bold_metrics : metrics).horizontalAdvance(lines[i]));
  }
  width = std::min(width, widest);
  const double line_height = metrics.height() + 2;
  QRectF card(at.x() + 14, at.y() + 14, width + 2 * padding,
              line_height * static_cast<double>(lines.size()) + 2 * padding - 2);
  if (card.right() > bounds.right()) card.moveRight(at.x() - 14);
  if (card.bottom() > bounds.bottom()) card.moveBottom(at.y() - 14);
  card.moveLeft(std::max(card.left(), bounds.left()));
  card.moveTop(std::max(card.top(), bounds.top()));
  painter.setRenderHint(QPainter::Antialiasing, true);
  painter.setPen(QPen(muted(scene.palette, 0.4), 1));
  painter.setBrush(scene.palette.color(QPalette::ToolTipBase));
  painter.drawRoundedRect(card, 5, 5);
  painter.setPen(scene.palette.color(QPalette::ToolTipText));
  double y = card.top() + padding + metrics.ascent();
  for (int i = 0; i < lines.size(); ++i) {
    painter.setFont(i == 0 ? bold : scene.font);
    const QFontMetricsF& used = i == 0 ? bold_metrics : metrics;
    painter.drawText(QPointF(card.left() + padding, y),
                     used.elidedText(lines[i], Qt::ElideRight, width + 1));
    y += line_height;
  }
}

void paint_note(QPainter& painter, const ScatterScene& scene, const QString& sentence) {
  painter.setFont(scene.font);
  painter.setPen(muted(scene.palette, 0.65));
  painter.drawText(scene.plot, Qt::AlignCenter | Qt::TextWordWrap, sentence);
}

}  // namespace paretune::gui
