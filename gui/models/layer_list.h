// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "results/records.h"

namespace paretune::gui {

/// The layer choices of one candidate beside the baseline's.
class LayerList : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column {
    layer_column,
    family_column,
    scheme_column,
    device_column,
    kernel_column,
    knobs_column,
    column_count
  };
  /// True for a cell that differs from the baseline's.
  static constexpr int differs_role = Qt::UserRole;

  using QAbstractTableModel::QAbstractTableModel;
  /// ModelRecord::layers_json: order and families of the layers. Text that is not such a list is
  /// ignored.
  void set_layers(std::string_view layers_json);
  /// `baseline` may be nullptr.
  void show(const results::CandidateRow& row, const results::CandidateRow* baseline);
  void clear();
  /// Leaves out the layers that are as in the baseline.
  void set_only_different(bool on);

  /// Layers of the shown candidate, and how many of them differ from the baseline.
  int layer_count() const { return static_cast<int>(lines_.size()); }
  int different_count() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Line {
    QString texts[column_count];
    QString baseline[column_count];
    bool compared = false;
    bool differs(int column) const;
    bool differs() const;
  };
  Line make_line(const std::string& id, const results::CandidateRow& row,
                 const results::CandidateRow* baseline) const;
  const Line& line_at(int row) const;
  void choose_visible();

  std::vector<std::string> order_;
  std::map<std::string, std::string> family_;
  std::vector<Line> lines_;
  std::vector<std::size_t> visible_;
  bool only_different_ = false;
};

}  // namespace paretune::gui
