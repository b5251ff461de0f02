// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gui/models/study_front.h"
#include "results/fields.h"
#include "results/records.h"

namespace paretune::gui {

/// The candidates of one study: one row each, one column per results::fields() entry, and a last
/// column that says why an attempt failed.
class CandidateList : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Role {
    id_role = Qt::UserRole,  ///< candidate id (qint64), any column
    sort_role                ///< double or QString; invalid when the cell is empty
  };

  /// A row with its cells computed once: sorting 10^5 rows asks for each of them many times.
  struct Entry {
    results::CandidateRow row;
    std::vector<double> numbers;  ///< per field; NaN when empty or a text field
    std::vector<QString> texts;   ///< per column, as shown
    bool failed() const { return row.outcome != results::Outcome::ok; }
  };

  using QAbstractTableModel::QAbstractTableModel;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  /// Replaces everything.
  void reset(std::vector<results::CandidateRow> rows);
  /// Replaces the rows of known candidate ids, appends the others, and brings the front up to date.
  void merge(std::vector<results::CandidateRow> rows);

  const std::vector<Entry>& entries() const { return entries_; }
  /// -1 when unknown.
  int row_of(std::int64_t id) const;
  /// nullptr when unknown; valid until the next reset or merge.
  const Entry* find(std::int64_t id) const;
  /// The candidate of origin "baseline" (the first that succeeded), or nullptr.
  const Entry* baseline() const;
  int failed_count() const { return failed_; }

  static int failure_column();
  /// Column of a field; -1 when there is none of that name.
  static int column_of(std::string_view field);

 Q_SIGNALS:
  /// After reset and merge, once the rows are in place.
  void contents_changed();

 private:
  static Entry make_entry(results::CandidateRow row);
  void put(Entry entry);
  void refresh_front(const std::vector<int>& touched, bool start_over);
  void refresh_cells(std::string_view name);
  void recount();

  std::vector<Entry> entries_;
  std::unordered_map<std::int64_t, int> row_of_;
  ObjectivesPresent present_ = {};
  int failed_ = 0;
};

}  // namespace paretune::gui
