// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

namespace paretune::gui {

/// What the window shows without a results file: what to do, and why a file could not be opened.
class EmptyPage : public QWidget {
  Q_OBJECT
 public:
  explicit EmptyPage(QWidget* parent = nullptr);
  /// One sentence; "" for the first start.
  void show_problem(const QString& sentence);
  QString problem() const { return problem_->text(); }
  QString command() const { return command_->text(); }

 Q_SIGNALS:
  void open_requested();

 private:
  QLabel* title_;
  QLabel* problem_;
  QLineEdit* command_;
};

}  // namespace paretune::gui
