// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QMainWindow>
#include <QProgressBar>
#include <QStackedWidget>
#include <QToolBar>

#include "gui/models/live_store.h"
#include "gui/pages/empty_page.h"
#include "gui/pages/study_page.h"

namespace paretune::gui {

/// The window: a study of one results file, or the empty page.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(QWidget* parent = nullptr);

  void open(const QString& file);
  StudyPage* study() { return study_; }
  EmptyPage* empty() { return empty_; }
  QComboBox* study_box() { return study_box_; }
  bool shows_study() const { return stack_->currentWidget() == study_; }
  /// What the status bar says, left to right.
  QString status_text() const;

 Q_SIGNALS:
  /// A file was opened, and its candidates are on show.
  void opened();
  /// A file could not be opened; one sentence.
  void open_failed(QString sentence);

 private:
  void build_tool_bar();
  void build_menus();
  void build_status_bar();
  void ask_for_file();
  void reload();
  void apply(const StoreUpdatePtr& update);
  void show_failure(const QString& sentence);
  void show_stalled(const QString& sentence);
  void show_studies(const StoreUpdate& update);
  void show_session(const StoreUpdate& update);
  void show_keys();

  LiveStore store_;
  QStackedWidget* stack_;
  StudyPage* study_;
  EmptyPage* empty_;
  QToolBar* bar_ = nullptr;
  QComboBox* study_box_ = nullptr;
  QLabel* rows_label_ = nullptr;
  QLabel* session_label_ = nullptr;
  QLabel* live_label_ = nullptr;
  QProgressBar* progress_ = nullptr;
  bool opening_ = false;
};

}  // namespace paretune::gui
