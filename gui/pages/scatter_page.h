// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QWidget>

#include "gui/models/candidate_filter.h"
#include "gui/models/candidate_list.h"
#include "gui/pages/scatter_view.h"

namespace paretune::gui {

/// The plot with its controls: two axes out of all fields that have a sense, and how memory is
/// shown.
class ScatterPage : public QWidget {
  Q_OBJECT
 public:
  /// All are borrowed and must outlive this.
  ScatterPage(CandidateList* list, CandidateFilter* filter, Selection* selection,
              QWidget* parent = nullptr);

  ScatterView* view() { return view_; }
  /// Field names, such as "latency_p50_ms"; unknown names are ignored.
  void set_axes(const QString& x, const QString& y);

 private:
  QComboBox* axis_box(const QString& chosen, const QString& name);
  void build_controls();
  void lay_out();
  void refresh();
  QStringList describe(qint64 id) const;
  QString count_text() const;

  CandidateList* list_;
  CandidateFilter* filter_;
  ScatterView* view_;
  QComboBox* x_box_ = nullptr;
  QComboBox* y_box_ = nullptr;
  QComboBox* extra_box_ = nullptr;
  QCheckBox* x_log_ = nullptr;
  QCheckBox* y_log_ = nullptr;
  QLabel* count_ = nullptr;
};

}  // namespace paretune::gui
