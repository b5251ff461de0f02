// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QWidget>

#include "gui/models/candidate_filter.h"
#include "gui/models/candidate_list.h"
#include "gui/models/selection.h"

namespace paretune::gui {

/// The candidates as a table: sort by a header, filter by a line, copy rows.
class TablePage : public QWidget {
  Q_OBJECT
 public:
  /// All are borrowed and must outlive this.
  TablePage(CandidateList* list, CandidateFilter* filter, Selection* selection,
            QWidget* parent = nullptr);

  QTableView* table() { return table_; }
  QLineEdit* filter_line() { return filter_line_; }
  QCheckBox* front_only() { return front_only_; }
  QCheckBox* show_failed() { return show_failed_; }
  /// The sentence about a filter that cannot be read; "" when it can.
  QString filter_error() const;
  /// Header and selected rows (all shown rows when none is selected) as tab separated values.
  QString selected_tsv() const;
  void copy_selected() const;

 private:
  void build();
  void build_table();
  void order_columns();
  void read_filter();
  void table_selected();
  void follow_selection();
  void show_count();

  CandidateList* list_;
  CandidateFilter* filter_;
  Selection* selection_;
  QTableView* table_;
  QLineEdit* filter_line_;
  QCheckBox* front_only_;
  QCheckBox* show_failed_;
  QLabel* message_;
  bool filter_broken_ = false;
  bool following_ = false;
};

}  // namespace paretune::gui
