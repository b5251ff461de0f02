// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSplitter>
#include <QWidget>

#include "gui/models/candidate_filter.h"
#include "gui/models/candidate_list.h"
#include "gui/models/selection.h"
#include "gui/models/store_reader.h"
#include "gui/pages/inspector_page.h"
#include "gui/pages/scatter_page.h"
#include "gui/pages/table_page.h"

namespace paretune::gui {

/// One study: plot, table and inspector over the same candidates and one selection.
class StudyPage : public QWidget {
  Q_OBJECT
 public:
  explicit StudyPage(QWidget* parent = nullptr);
  /// Applies what a look at the store brought. The selection stays when its candidate does.
  void apply(const StoreUpdate& update);
  void default_layout();

  CandidateList* candidates() { return &candidates_; }
  CandidateFilter* filter() { return &filter_; }
  Selection* selection() { return &selection_; }
  ScatterPage* scatter() { return scatter_; }
  TablePage* table() { return table_; }
  InspectorPage* inspector() { return inspector_; }

 private:
  CandidateList candidates_;
  CandidateFilter filter_;
  Selection selection_;
  ScatterPage* scatter_;
  TablePage* table_;
  InspectorPage* inspector_;
  QSplitter* across_;
  QSplitter* down_;
};

}  // namespace paretune::gui
