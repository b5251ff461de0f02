// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/main_window.h"

#include <QAction>
#include <QApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QSignalBlocker>
#include <QStatusBar>
#include <QStyle>
#include <QToolBar>
#include <algorithm>
#include <utility>

#include "gui/models/plain_text.h"
#include "gui/pages/theme.h"

namespace paretune::gui {
namespace {

QLabel* plain_label(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setContentsMargins(6, 0, 6, 0);
  return label;
}

}  // namespace

MainWindow::MainWindow(QWidget* parent)
    : QMainWindow(parent),
      stack_(new QStackedWidget(this)),
      study_(new StudyPage(this)),
      empty_(new EmptyPage(this)) {
  setWindowTitle(QStringLiteral("Paretune"));
  stack_->addWidget(empty_);
  stack_->addWidget(study_);
  setCentralWidget(stack_);
  build_tool_bar();
  build_menus();
  build_status_bar();
  connect(empty_, &EmptyPage::open_requested, this, &MainWindow::ask_for_file);
  connect(&store_, &LiveStore::updated, this, &MainWindow::apply);
  connect(&store_, &LiveStore::failed, this, &MainWindow::show_failure);
  connect(&store_, &LiveStore::stalled, this, &MainWindow::show_stalled);
  resize(1280, 800);
}

void MainWindow::build_tool_bar() {
  auto* bar = bar_ = addToolBar(QStringLiteral("Study"));
  bar->setMovable(false);
  bar->hide();  // until there is a study
  bar->setObjectName(QStringLiteral("study_bar"));
  auto* open_file = bar->addAction(QStringLiteral("Open\u2026"), this, &MainWindow::ask_for_file);
  open_file->setShortcut(QKeySequence::Open);
  bar->addSeparator();
  auto* label = plain_label(bar);
  label->setText(QStringLiteral("Study"));
  bar->addWidget(label);
  study_box_ = new QComboBox(bar);
  study_box_->setMinimumWidth(320);
  study_box_->setAccessibleName(QStringLiteral("Study"));
  study_box_->setEnabled(false);
  bar->addWidget(study_box_);
  connect(study_box_, &QComboBox::activated, this,
          [this](int at) { store_.select_study(study_box_->itemData(at).toLongLong()); });
}

void MainWindow::build_menus() {
  auto* file = menuBar()->addMenu(QStringLiteral("&File"));
  file->addAction(QStringLiteral("&Open\u2026"), this, &MainWindow::ask_for_file);
  file->addAction(QStringLiteral("&Reload"), this, &MainWindow::reload)
      ->setShortcut(QKeySequence::Refresh);
  file->addSeparator();
  file->addAction(QStringLiteral("&Quit"), this, &QWidget::close)->setShortcut(QKeySequence::Quit);
  auto* edit = menuBar()->addMenu(QStringLiteral("&Edit"));
  edit->addAction(QStringLiteral("&Copy rows as TSV"), study_->table(), &TablePage::copy_selected);
  edit->addAction(QStringLiteral("&Find"), this,
                  [this] { study_->table()->filter_line()->setFocus(Qt::ShortcutFocusReason); })
      ->setShortcut(QKeySequence::Find);
  auto* view = menuBar()->addMenu(QStringLiteral("&View"));
  view->addAction(QStringLiteral("&Light"), this, [] { apply_theme(Theme::light); });
  view->addAction(QStringLiteral("&Dark"), this, [] { apply_theme(Theme::dark); });
  view->addSeparator();
  view->addAction(QStringLiteral("Default la&yout"), study_, &StudyPage::default_layout);
  auto* help = menuBar()->addMenu(QStringLiteral("&Help"));
  help->addAction(QStringLiteral("&Keys"), this, &MainWindow::show_keys)
      ->setShortcut(QKeySequence::HelpContents);
}

void MainWindow::build_status_bar() {
  rows_label_ = plain_label(this);
  session_label_ = plain_label(this);
  live_label_ = plain_label(this);
  progress_ = new QProgressBar(this);
  progress_->setMaximumWidth(220);
  progress_->setMaximumHeight(16);
  progress_->setVisible(false);
  statusBar()->addWidget(rows_label_);
  statusBar()->addWidget(session_label_);
  statusBar()->addWidget(progress_);
  statusBar()->addPermanentWidget(live_label_);
}

void MainWindow::ask_for_file() {
  const QString file =
      QFileDialog::getOpenFileName(this, QStringLiteral("Open results"), QString(),
                                   QStringLiteral("Results (*.db *.sqlite);;All files (*)"));
  if (!file.isEmpty()) open(file);
}

void MainWindow::open(const QString& file) {
  opening_ = true;
  study_->inspector()->set_file(file);
  store_.open(file);
}

void MainWindow::reload() {
  if (!store_.file().isEmpty()) open(store_.file());
}

void MainWindow::apply(const StoreUpdatePtr& update) {
  study_->apply(*update);
  show_studies(*update);
  show_session(*update);
  live_label_->setText(QStringLiteral("live"));
  bar_->show();
  stack_->setCurrentWidget(study_);
  if (!std::exchange(opening_, false)) return;
  setWindowTitle(plain_text(QFileInfo(store_.file()).fileName().toStdString()) +
                 QStringLiteral(" \u2013 Paretune"));
  study_->scatter()->view()->setFocus();
  Q_EMIT opened();
}

void MainWindow::show_failure(const QString& sentence) {
  opening_ = false;
  study_->apply(StoreUpdate{{}, 0, true, {}, {}});
  study_box_->clear();
  study_box_->setEnabled(false);
  for (QLabel* label : {rows_label_, session_label_, live_label_}) label->clear();
  progress_->setVisible(false);
  setWindowTitle(QStringLiteral("Paretune"));
  empty_->show_problem(sentence);
  bar_->hide();
  stack_->setCurrentWidget(empty_);
  Q_EMIT open_failed(sentence);
}

void MainWindow::show_stalled(const QString& sentence) {
  live_label_->setText(sentence.isEmpty() ? QStringLiteral("live")
                                          : QStringLiteral("not updating: ") + sentence);
}

void MainWindow::show_studies(const StoreUpdate& update) {
  const QSignalBlocker quiet(study_box_);
  study_box_->clear();
  for (const results::SessionRow& session : update.sessions) {
    const QVariant id = QVariant::fromValue<qint64>(session.study_id);
    // Sessions come newest first: the first of a study says when it last ran.
    if (study_box_->findData(id) >= 0) continue;
    study_box_->addItem(plain_text(session.study) + QStringLiteral("  \u00B7  ") +
                            plain_text(session.model) + QStringLiteral("  \u00B7  ") +
                            plain_text(session.started),
                        id);
  }
  study_box_->setCurrentIndex(study_box_->findData(QVariant::fromValue<qint64>(update.study_id)));
  study_box_->setEnabled(study_box_->count() > 0);
}

void MainWindow::show_session(const StoreUpdate& update) {
  const int rows = study_->candidates()->rowCount();
  const int failed = study_->candidates()->failed_count();
  rows_label_->setText(
      QString::number(rows) +
      (rows == 1 ? QStringLiteral(" candidate, ") : QStringLiteral(" candidates, ")) +
      QString::number(failed) + QStringLiteral(" failed"));
  const auto session =
      std::find_if(update.sessions.begin(), update.sessions.end(),
                   [&update](const auto& row) { return row.study_id == update.study_id; });
  const bool known = session != update.sessions.end();
  progress_->setVisible(known && session->planned > 0);
  if (!known) {
    session_label_->setText(QStringLiteral("no session yet"));
    return;
  }
  session_label_->setText(QStringLiteral("session ") + QString::number(session->id) +
                          QStringLiteral(" ") + plain_text(session->state));
  constexpr std::int64_t most = 1'000'000'000;
  progress_->setMaximum(static_cast<int>(std::clamp<std::int64_t>(session->planned, 1, most)));
  progress_->setValue(
      static_cast<int>(std::clamp<std::int64_t>(session->done, 0, progress_->maximum())));
  progress_->setFormat(QString::number(session->done) + QStringLiteral(" of ") +
                       QString::number(session->planned));
}

QString MainWindow::status_text() const {
  return QStringList{rows_label_->text(), session_label_->text(), progress_->text(),
                     live_label_->text()}
      .join(QStringLiteral(" | "));
}

void MainWindow::show_keys() {
  QMessageBox box(this);
  box.setWindowTitle(QStringLiteral("Keys"));
  box.setTextFormat(Qt::PlainText);
  box.setText(
      QStringLiteral("In the plot\n"
                     "Left, Right\twalk the front\n"
                     "Home, End\tends of the front\n"
                     "+, \u2212, wheel\tzoom; over an axis only that axis\n"
                     "0, double-click\tshow all\n"
                     "Esc\tclear the selection\n\n"
                     "Everywhere\n"
                     "Ctrl+O\topen\n"
                     "Ctrl+F\tfilter\n"
                     "F5\treload\n"
                     "Ctrl+C in the table\tcopy rows as TSV"));
  box.exec();
}

}  // namespace paretune::gui
