// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <optional>
#include <vector>

#include "gui/models/point_grid.h"
#include "gui/models/selection.h"
#include "gui/pages/scatter_paint.h"

namespace paretune::gui {

/// The plot: click selects, wheel zooms (over an axis: only that axis), drag pans, double-click
/// shows all again; left and right walk the front, Home and End go to its ends, + and - zoom,
/// Escape clears the selection.
class ScatterView : public QWidget {
  Q_OBJECT
 public:
  struct Axis {
    AxisTitle title;
    bool logarithmic = false;
    friend bool operator==(const Axis& a, const Axis& b) {
      return a.title.text == b.title.text && a.logarithmic == b.logarithmic;
    }
  };

  explicit ScatterView(Selection* selection, QWidget* parent = nullptr);

  /// Shows the data; a zoomed view stays as it is unless an axis changed.
  void show_data(ScatterData data, const Axis& x, const Axis& y, ExtraUse use,
                 const QString& extra_title);
  /// The lines of the hover card and of the accessible description.
  void set_describe(std::function<QStringList(qint64)> describe);
  void set_note(const QString& note);
  void reset_view();

  const ScatterData& data() const { return data_; }
  /// Points that a logarithmic axis cannot show.
  int unplaced_count() const;
  QRectF plot_area();
  /// Where a point is drawn, in widget pixels; NaN when it has no place.
  QPointF position_of(std::size_t index);
  /// The point a click at `at` selects.
  std::optional<std::size_t> point_at(const QPointF& at);
  bool zoomed() const { return zoomed_; }

  QSize sizeHint() const override { return {760, 480}; }
  QSize minimumSizeHint() const override { return {320, 220}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void fit();
  void invalidate();
  void ensure_layout();
  void ensure_image();
  void paint_overlay(QPainter& painter);
  void zoom(const QPointF& at, double factor);
  void walk_front(int step);
  void selection_changed();

  Selection* selection_;
  ScatterData data_;
  ScatterScene scene_;
  Axis x_axis_, y_axis_;
  std::function<QStringList(qint64)> describe_;
  QString note_;
  bool zoomed_ = false;

  bool layout_valid_ = false;
  std::vector<QPointF> positions_;
  PointGrid grid_;
  QImage image_;  ///< everything but overlay; null when it must be drawn again

  std::optional<std::size_t> hover_;
  std::optional<QPointF> press_;
  QPointF last_drag_;
  bool dragging_ = false;
};

}  // namespace paretune::gui
