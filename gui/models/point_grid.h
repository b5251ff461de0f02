// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QPointF>
#include <QRectF>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace paretune::gui {

/// Finds the point nearest to the pointer: points sorted into square cells, so that a look-up reads
/// a few cells and not every point.
class PointGrid {
 public:
  PointGrid() = default;
  /// `positions` in pixels; those outside `area` are never found.
  PointGrid(std::vector<QPointF> positions, const QRectF& area);

  /// Index of the nearest position within `radius` pixels; the lowest index among equals.
  std::optional<std::size_t> nearest(const QPointF& at, double radius) const;

 private:
  std::size_t cell_of(const QPointF& position) const;

  std::vector<QPointF> positions_;
  QRectF area_;
  int columns_ = 0;
  int rows_ = 0;
  std::vector<std::uint32_t> cell_begin_;  ///< columns * rows + 1 offsets into order_
  std::vector<std::uint32_t> order_;       ///< point indices, cell by cell
};

}  // namespace paretune::gui
