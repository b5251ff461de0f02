// SPDX-License-Identifier: Apache-2.0
#include "gui/models/scatter_data.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "search/pareto.h"

namespace paretune::gui {
namespace {

struct Value {
  double value = 0, lo = 0, hi = 0;
};

std::optional<Value> value_of(const CandidateList::Entry& entry, const results::Field& field) {
  const int column = CandidateList::column_of(field.name);
  if (column < 0) return std::nullopt;
  const double number = entry.numbers[static_cast<std::size_t>(column)];
  if (!std::isfinite(number)) return std::nullopt;
  const auto metric = entry.row.metrics.find(std::string(field.name));
  // A damaged file may hold an interval that does not contain its value: it is not drawn then.
  if (metric == entry.row.metrics.end() || !(metric->second.lo <= number) ||
      !(metric->second.hi >= number)) {
    return Value{number, number, number};
  }
  return Value{number, metric->second.lo, metric->second.hi};
}

}  // namespace

DeviceSet device_set(const results::CandidateRow& row) {
  std::set<std::string_view> kinds;
  for (const auto& [id, choice] : row.candidate.layers) {
    const std::string_view device = choice.device;
    kinds.insert(device.substr(0, device.find(':')));
  }
  if (kinds.size() > 1) return DeviceSet::mixed;
  if (kinds.empty() || *kinds.begin() == "cpu") return DeviceSet::cpu;
  return *kinds.begin() == "opencl" ? DeviceSet::opencl : DeviceSet::other;
}

QString to_text(DeviceSet set) {
  switch (set) {
    case DeviceSet::cpu:
      return QStringLiteral("cpu");
    case DeviceSet::opencl:
      return QStringLiteral("opencl");
    case DeviceSet::mixed:
      return QStringLiteral("mixed");
    case DeviceSet::other:
      break;
  }
  return QStringLiteral("other device");
}

ScatterData::ScatterData(const CandidateList& list, const results::Field& x,
                         const results::Field& y, const results::Field* extra,
                         const std::function<bool(const CandidateList::Entry&)>& keeps)
    : x_minimised_(x.sense != results::Field::Sense::maximise),
      y_minimised_(y.sense != results::Field::Sense::maximise) {
  const CandidateList::Entry* baseline = list.baseline();
  for (const CandidateList::Entry& entry : list.entries()) {
    if (entry.failed()) continue;
    const auto at_x = value_of(entry, x);
    const auto at_y = value_of(entry, y);
    if (!at_x || !at_y) continue;
    Point point;
    point.id = entry.row.id;
    point.x = at_x->value;
    point.x_lo = at_x->lo;
    point.x_hi = at_x->hi;
    point.y = at_y->value;
    point.y_lo = at_y->lo;
    point.y_hi = at_y->hi;
    if (extra != nullptr) {
      if (const auto third = value_of(entry, *extra)) point.extra = third->value;
    }
    point.devices = device_set(entry.row);
    point.dimmed = keeps && !keeps(entry);
    point.baseline = &entry == baseline;
    points_.push_back(point);
  }
  find_front();
}

void ScatterData::find_front() {
  std::vector<search::Objectives> objectives;
  objectives.reserve(points_.size());
  for (const Point& point : points_) {
    objectives.push_back({x_minimised_ ? point.x : -point.x, y_minimised_ ? point.y : -point.y});
  }
  front_ = search::pareto_front(objectives);
  for (const std::size_t index : front_) points_[index].on_front = true;
  std::sort(front_.begin(), front_.end(), [this](std::size_t a, std::size_t b) {
    return points_[a].x != points_[b].x ? points_[a].x < points_[b].x : a < b;
  });
}

std::vector<std::pair<double, double>> ScatterData::staircase() const {
  std::vector<std::pair<double, double>> corners;
  for (std::size_t k = 0; k < front_.size(); ++k) {
    const Point& here = points_[front_[k]];
    if (k > 0) {
      const Point& before = points_[front_[k - 1]];
      const double worse_x = x_minimised_ ? here.x : before.x;
      const double worse_y = y_minimised_ ? std::max(here.y, before.y) : std::min(here.y, before.y);
      corners.emplace_back(worse_x, worse_y);
    }
    corners.emplace_back(here.x, here.y);
  }
  return corners;
}

std::optional<std::size_t> ScatterData::index_of(std::int64_t id) const {
  const auto found = std::find_if(points_.begin(), points_.end(),
                                  [id](const Point& point) { return point.id == id; });
  if (found == points_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - points_.begin());
}

std::optional<std::pair<double, double>> ScatterData::extra_range() const {
  std::optional<std::pair<double, double>> range;
  for (const Point& point : points_) {
    if (!point.extra) continue;
    if (!range) range.emplace(*point.extra, *point.extra);
    range->first = std::min(range->first, *point.extra);
    range->second = std::max(range->second, *point.extra);
  }
  return range;
}

}  // namespace paretune::gui
