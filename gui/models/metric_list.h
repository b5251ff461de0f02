// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <vector>

#include "results/fields.h"
#include "results/records.h"

namespace paretune::gui {

/// What was measured of one candidate: metric, value, 95 % interval, samples, and the change
/// against the baseline.
class MetricList : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column {
    name_column,
    value_column,
    interval_column,
    samples_column,
    change_column,
    column_count
  };
  /// Of the Change cell: 1 better, -1 worse, 0 neither (no baseline, or the intervals overlap).
  static constexpr int verdict_role = Qt::UserRole;

  using QAbstractTableModel::QAbstractTableModel;
  /// `baseline` may be nullptr.
  void show(const results::CandidateRow& row, const results::CandidateRow* baseline);
  void clear();

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Line {
    QString texts[column_count];
    int verdict = 0;
  };
  static Line make_line(const results::Field& field, const results::Metric& metric,
                        const results::Metric* baseline);
  std::vector<Line> lines_;
};

}  // namespace paretune::gui
