// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/scatter_view.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gui/pages/scatter_overlay.h"

namespace paretune::gui {
namespace {

constexpr double hit_radius = 10;

/// The values to keep in view: of every point, and the intervals of the front points that show
/// them.
AxisScale fitted(const ScatterData& data, double ScatterData::Point::*value,
                 double ScatterData::Point::*low, double ScatterData::Point::*high,
                 bool logarithmic) {
  const AxisScale probe(1, 10, logarithmic);
  double lo = std::numeric_limits<double>::infinity();
  double hi = -lo;
  const auto include = [&](double v) {
    if (!probe.can_show(v)) return;
    lo = std::min(lo, v);
    hi = std::max(hi, v);
  };
  for (const ScatterData::Point& point : data.points()) {
    include(point.*value);
    if (!point.on_front || data.front().size() > most_error_bars) continue;
    include(point.*low);
    include(point.*high);
  }
  if (lo > hi) return logarithmic ? AxisScale(1, 10, true) : AxisScale(0, 1, false);
  return AxisScale::fit(lo, hi, logarithmic);
}

}  // namespace

ScatterView::ScatterView(Selection* selection, QWidget* parent)
    : QWidget(parent), selection_(selection) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::Base);
  setAccessibleName(QStringLiteral("Scatter plot of the candidates"));
  connect(selection_, &Selection::changed, this, &ScatterView::selection_changed);
}

void ScatterView::show_data(ScatterData data, const Axis& x, const Axis& y, ExtraUse use,
                            const QString& extra_title) {
  if (!(x == x_axis_) || !(y == y_axis_)) zoomed_ = false;
  data_ = std::move(data);
  x_axis_ = x;
  y_axis_ = y;
  scene_.x_title = x.title;
  scene_.y_title = y.title;
  scene_.extra_use = use;
  scene_.extra_title = extra_title;
  scene_.extra_range = data_.extra_range();
  hover_.reset();
  if (!zoomed_) fit();
  invalidate();
}

void ScatterView::set_describe(std::function<QStringList(qint64)> describe) {
  describe_ = std::move(describe);
}

void ScatterView::set_note(const QString& note) {
  note_ = note;
  update();
}

void ScatterView::reset_view() {
  zoomed_ = false;
  fit();
  invalidate();
}

void ScatterView::fit() {
  using Point = ScatterData::Point;
  scene_.x = fitted(data_, &Point::x, &Point::x_lo, &Point::x_hi, x_axis_.logarithmic);
  scene_.y = fitted(data_, &Point::y, &Point::y_lo, &Point::y_hi, y_axis_.logarithmic);
}

void ScatterView::invalidate() {
  layout_valid_ = false;
  image_ = QImage();
  update();
}

int ScatterView::unplaced_count() const {
  return static_cast<int>(
      std::count_if(data_.points().begin(), data_.points().end(),
                    [this](const auto& point) { return !scene_.can_place(point); }));
}

void ScatterView::ensure_layout() {
  if (layout_valid_) return;
  scene_.data = &data_;
  scene_.palette = palette();
  scene_.font = font();
  scene_.plot = plot_rectangle(scene_, size());
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  positions_.clear();
  positions_.reserve(data_.points().size());
  for (const ScatterData::Point& point : data_.points()) {
    positions_.push_back(scene_.can_place(point) ? scene_.place(point.x, point.y)
                                                 : QPointF(none, none));
  }
  grid_ = PointGrid(positions_, scene_.plot);
  layout_valid_ = true;
}

QRectF ScatterView::plot_area() {
  ensure_layout();
  return scene_.plot;
}

QPointF ScatterView::position_of(std::size_t index) {
  ensure_layout();
  return positions_.at(index);
}

std::optional<std::size_t> ScatterView::point_at(const QPointF& at) {
  ensure_layout();
  return grid_.nearest(at, hit_radius);
}

void ScatterView::ensure_image() {
  ensure_layout();
  if (!image_.isNull()) return;
  const double ratio = devicePixelRatioF();
  image_ = QImage(size() * ratio, QImage::Format_ARGB32_Premultiplied);
  image_.setDevicePixelRatio(ratio);
  image_.fill(palette().color(QPalette::Base));
  QPainter painter(&image_);
  paint_frame(painter, scene_);
  paint_legend(painter, scene_, width());
  painter.setClipRect(scene_.plot.adjusted(0, 0, 1, 1));
  const auto visible = std::count_if(positions_.begin(), positions_.end(),
                                     [this](const QPointF& p) { return scene_.plot.contains(p); });
  if (static_cast<std::size_t>(visible) > dense_limit) {
    painter.drawImage(scene_.plot.topLeft(), dense_image(scene_, positions_, ratio));
  } else {
    paint_points(painter, scene_, positions_);
  }
  if (data_.front().size() <= most_error_bars) {
    for (const std::size_t index : data_.front()) {
      if (!data_.points()[index].dimmed && scene_.plot.contains(positions_[index])) {
        paint_error_bars(painter, scene_, data_.points()[index], positions_[index]);
      }
    }
  }
  paint_front(painter, scene_, positions_);
}

void ScatterView::paintEvent(QPaintEvent* /*event*/) {
  ensure_image();
  QPainter painter(this);
  painter.drawImage(QPointF(0, 0), image_);
  paint_overlay(painter);
}

void ScatterView::paint_overlay(QPainter& painter) {
  painter.setFont(scene_.font);
  if (data_.points().empty() && !note_.isEmpty()) paint_note(painter, scene_, note_);
  painter.save();
  painter.setClipRect(scene_.plot.adjusted(-1, -1, 2, 2));
  for (std::size_t i = 0; i < positions_.size(); ++i) {
    if (data_.points()[i].baseline && scene_.plot.contains(positions_[i])) {
      paint_baseline(painter, scene_, positions_[i]);
    }
  }
  const auto selected = data_.index_of(selection_->current());
  if (selected && scene_.can_place(data_.points()[*selected])) {
    paint_error_bars(painter, scene_, data_.points()[*selected], positions_[*selected]);
    paint_selected(painter, scene_, data_.points()[*selected], positions_[*selected]);
  }
  painter.restore();
  if (hover_ && describe_) {
    paint_card(painter, scene_, describe_(data_.points()[*hover_].id), positions_[*hover_],
               QRectF(rect()).adjusted(4, 4, -4, -4));
  }
  if (hasFocus()) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
}

void ScatterView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  hover_.reset();
  invalidate();
}

void ScatterView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
      event->type() == QEvent::StyleChange) {
    invalidate();
  }
}

void ScatterView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  press_ = event->position();
  last_drag_ = event->position();
  dragging_ = false;
}

void ScatterView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = event->position();
  if (!press_) {
    const auto hit = point_at(at);
    if (hit != hover_) {
      hover_ = hit;
      setCursor(hit ? Qt::PointingHandCursor : Qt::ArrowCursor);
      update();
    }
    return;
  }
  const double moved = std::hypot(at.x() - press_->x(), at.y() - press_->y());
  if (!dragging_ && moved < QApplication::startDragDistance()) return;
  dragging_ = true;
  zoomed_ = true;
  hover_.reset();
  const QRectF plot = plot_area();
  scene_.x = scene_.x.panned((last_drag_.x() - at.x()) / plot.width());
  scene_.y = scene_.y.panned((at.y() - last_drag_.y()) / plot.height());
  last_drag_ = at;
  setCursor(Qt::ClosedHandCursor);
  invalidate();
}

void ScatterView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !press_) return;
  press_.reset();
  setCursor(Qt::ArrowCursor);
  if (std::exchange(dragging_, false)) return;
  const auto hit = point_at(event->position());
  selection_->set(hit ? data_.points()[*hit].id : 0);
}

void ScatterView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) reset_view();
}

void ScatterView::wheelEvent(QWheelEvent* event) {
  // One notch is 120 eighths of a degree (QWheelEvent) and zooms by a fifth.
  zoom(event->position(), std::pow(0.8, event->angleDelta().y() / 120.0));
  event->accept();
}

void ScatterView::zoom(const QPointF& at, double factor) {
  const QRectF plot = plot_area();
  const double unit_x = std::clamp((at.x() - plot.left()) / plot.width(), 0.0, 1.0);
  const double unit_y = std::clamp((plot.bottom() - at.y()) / plot.height(), 0.0, 1.0);
  if (at.x() >= plot.left()) scene_.x = scene_.x.zoomed(unit_x, factor);
  if (at.y() <= plot.bottom()) scene_.y = scene_.y.zoomed(unit_y, factor);
  zoomed_ = true;
  hover_.reset();
  invalidate();
}

void ScatterView::leaveEvent(QEvent* event) {
  QWidget::leaveEvent(event);
  hover_.reset();
  update();
}

void ScatterView::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
      return walk_front(-1);
    case Qt::Key_Right:
      return walk_front(1);
    case Qt::Key_Home:
    case Qt::Key_End:
      if (data_.front().empty()) return;
      return selection_->set(
          data_
              .points()[event->key() == Qt::Key_Home ? data_.front().front() : data_.front().back()]
              .id);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(plot_area().center(), 0.8);
    case Qt::Key_Minus:
      return zoom(plot_area().center(), 1.25);
    case Qt::Key_0:
      return reset_view();
    case Qt::Key_Escape:
      return selection_->set(0);
    default:
      QWidget::keyPressEvent(event);
  }
}

void ScatterView::walk_front(int step) {
  const auto& front = data_.front();
  if (front.empty()) return;
  const auto selected = data_.index_of(selection_->current());
  if (!selected) {
    return selection_->set(data_.points()[step > 0 ? front.front() : front.back()].id);
  }
  const auto here = std::find(front.begin(), front.end(), *selected);
  if (here != front.end()) {
    const auto place = here - front.begin() + step;
    if (place < 0 || place >= static_cast<std::ptrdiff_t>(front.size())) return;
    return selection_->set(data_.points()[front[static_cast<std::size_t>(place)]].id);
  }
  // From a dominated point: the next front point on that side.
  const double x = data_.points()[*selected].x;
  const auto beyond = [&](std::size_t i) {
    return step > 0 ? data_.points()[i].x >= x : data_.points()[i].x <= x;
  };
  if (step > 0) {
    const auto next = std::find_if(front.begin(), front.end(), beyond);
    selection_->set(data_.points()[next == front.end() ? front.back() : *next].id);
  } else {
    const auto next = std::find_if(front.rbegin(), front.rend(), beyond);
    selection_->set(data_.points()[next == front.rend() ? front.front() : *next].id);
  }
}

void ScatterView::selection_changed() {
  const qint64 id = selection_->current();
  setAccessibleDescription(id != 0 && describe_ ? describe_(id).join(QStringLiteral(", "))
                                                : QString());
  update();
}

}  // namespace paretune::gui
