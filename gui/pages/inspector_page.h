// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QWidget>

#include "gui/models/candidate_list.h"
#include "gui/models/layer_list.h"
#include "gui/models/metric_list.h"
#include "gui/models/selection.h"

namespace paretune::gui {

/// Everything about the selected candidate, beside the baseline.
class InspectorPage : public QWidget {
  Q_OBJECT
 public:
  /// Both are borrowed and must outlive this.
  InspectorPage(CandidateList* list, Selection* selection, QWidget* parent = nullptr);

  /// ModelRecord::layers_json of the study on show.
  void set_layers(std::string_view layers_json);
  /// The results file, for the export command.
  void set_file(const QString& file);
  /// `paretune export --db FILE --candidate ID --out DIR`; "" when none is selected or it failed.
  QString export_command() const;

  const MetricList& metrics() const { return *metrics_; }
  const LayerList& layers() const { return *layers_; }
  QString headline() const { return title_->text(); }
  QString status() const { return status_->text(); }

 private:
  void build();
  void refresh();
  void show_entry(const CandidateList::Entry& entry);
  QString status_text(const CandidateList::Entry& entry) const;
  void show_layer_count();

  CandidateList* list_;
  Selection* selection_;
  MetricList* metrics_;
  LayerList* layers_;
  QString file_;
  QLabel* title_;
  QLabel* status_;
  QLabel* setting_;
  QLabel* layer_title_;
  QTableView* metric_table_;
  QTableView* layer_table_;
  QCheckBox* only_different_;
  QPushButton* copy_export_;
};

}  // namespace paretune::gui
