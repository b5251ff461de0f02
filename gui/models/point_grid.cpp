// SPDX-License-Identifier: Apache-2.0
#include "gui/models/point_grid.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace paretune::gui {
namespace {

constexpr double cell_pixels = 16;

double squared_distance(const QPointF& a, const QPointF& b) {
  return (a.x() - b.x()) * (a.x() - b.x()) + (a.y() - b.y()) * (a.y() - b.y());
}

}  // namespace

PointGrid::PointGrid(std::vector<QPointF> positions, const QRectF& area)
    : positions_(std::move(positions)), area_(area) {
  columns_ = std::max(1, static_cast<int>(std::ceil(area.width() / cell_pixels)) + 1);
  rows_ = std::max(1, static_cast<int>(std::ceil(area.height() / cell_pixels)) + 1);
  const std::size_t cells = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_);
  cell_begin_.assign(cells + 1, 0);
  std::vector<std::uint32_t> inside;
  for (std::size_t i = 0; i < positions_.size(); ++i) {
    if (!area_.contains(positions_[i])) continue;
    inside.push_back(static_cast<std::uint32_t>(i));
    ++cell_begin_[cell_of(positions_[i]) + 1];
  }
  for (std::size_t c = 0; c < cells; ++c) cell_begin_[c + 1] += cell_begin_[c];
  order_.resize(inside.size());
  std::vector<std::uint32_t> next(cell_begin_.begin(), cell_begin_.end() - 1);
  for (const std::uint32_t i : inside) order_[next[cell_of(positions_[i])]++] = i;
}

std::size_t PointGrid::cell_of(const QPointF& position) const {
  const int column =
      std::clamp(static_cast<int>((position.x() - area_.left()) / cell_pixels), 0, columns_ - 1);
  const int row =
      std::clamp(static_cast<int>((position.y() - area_.top()) / cell_pixels), 0, rows_ - 1);
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
         static_cast<std::size_t>(column);
}

std::optional<std::size_t> PointGrid::nearest(const QPointF& at, double radius) const {
  if (order_.empty()) return std::nullopt;
  const auto clamped = [](double value, int limit) {
    return std::clamp(static_cast<int>(std::floor(value / cell_pixels)), 0, limit - 1);
  };
  const int left = clamped(at.x() - radius - area_.left(), columns_);
  const int right = clamped(at.x() + radius - area_.left(), columns_);
  const int top = clamped(at.y() - radius - area_.top(), rows_);
  const int bottom = clamped(at.y() + radius - area_.top(), rows_);
  double best = radius * radius;
  std::optional<std::size_t> found;
  for (int row = top; row <= bottom; ++row) {
    for (int column = left; column <= right; ++column) {
      const std::size_t cell = static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
                               static_cast<std::size_t>(column);
      for (std::uint32_t k = cell_begin_[cell]; k < cell_begin_[cell + 1]; ++k) {
        const std::size_t index = order_[k];
        const double distance = squared_distance(positions_[index], at);
        if (distance > best || (found && distance == best && index > *found)) continue;
        best = distance;
        found = index;
      }
    }
  }
  return found;
}

}  // namespace paretune::gui
