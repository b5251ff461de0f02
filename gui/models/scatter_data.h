// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "gui/models/candidate_list.h"

namespace paretune::gui {

/// Which kinds of device a candidate's layers run on: its marker's colour and shape.
enum class DeviceSet { cpu, opencl, other, mixed };
DeviceSet device_set(const results::CandidateRow& row);
QString to_text(DeviceSet set);

/// What the plot shows: two fields of every candidate that did not fail and has both, and the front
/// of these two.
class ScatterData {
 public:
  struct Point {
    std::int64_t id = 0;
    double x = 0, y = 0;
    double x_lo = 0, x_hi = 0, y_lo = 0,
           y_hi = 0;              ///< 95 % interval; equal to the value when exact
    std::optional<double> extra;  ///< third field, for size or colour
    DeviceSet devices = DeviceSet::cpu;
    bool dimmed = false;  ///< the filter leaves it out
    bool on_front = false;
    bool baseline = false;
  };

  ScatterData() = default;
  /// `extra` may be nullptr; `keeps` says which entries the filter lets through. Fields need a
  /// sense other than none.
  ScatterData(const CandidateList& list, const results::Field& x, const results::Field& y,
              const results::Field* extra,
              const std::function<bool(const CandidateList::Entry&)>& keeps);

  const std::vector<Point>& points() const { return points_; }
  /// Indices of the points no other dominates on these two axes, by ascending x.
  const std::vector<std::size_t>& front() const { return front_; }
  /// Corners of the line through the front, by ascending x: between neighbours it turns at the
  /// worse x and the worse y, the border of what is dominated.
  std::vector<std::pair<double, double>> staircase() const;

  bool x_minimised() const { return x_minimised_; }
  bool y_minimised() const { return y_minimised_; }
  std::optional<std::size_t> index_of(std::int64_t id) const;
  /// Smallest and largest extra value; nullopt without one.
  std::optional<std::pair<double, double>> extra_range() const;

 private:
  void find_front();

  std::vector<Point> points_;
  std::vector<std::size_t> front_;
  bool x_minimised_ = true;
  bool y_minimised_ = true;
};

}  // namespace paretune::gui
