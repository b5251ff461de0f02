// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/main_window.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/gui/synthetic_store.h"

namespace paretune::gui {

class MainWindowTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void starts_empty_with_a_command_to_copy();
  void one_selection_for_plot_table_and_inspector();
  void shows_rows_as_they_are_written();
  void filters_and_says_what_is_wrong_with_a_filter();
  void copies_rows_as_tsv();
  void bad_files_leave_a_sentence_in_the_window();
  void names_are_plain_text();

 private:
  void open(MainWindow& window);

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<testing::Writer> writer_;
  QString file_;
};

void MainWindowTest::init() {
  folder_ = std::make_unique<QTemporaryDir>();
  file_ = folder_->filePath(QStringLiteral("results.db"));
  writer_ = std::make_unique<testing::Writer>(file_.toStdString(), 40);
  for (int i = 0; i < 20; ++i) writer_->add();
  writer_->add_failed(results::Outcome::compile_fail, "kernel refused <b>it</b>");
}

void MainWindowTest::open(MainWindow& window) {
  QSignalSpy opened(&window, &MainWindow::opened);
  window.open(file_);
  QVERIFY(opened.wait(10000));
}

void MainWindowTest::starts_empty_with_a_command_to_copy() {
  MainWindow window;
  QVERIFY(!window.shows_study());
  QVERIFY(window.empty()->command().startsWith(QStringLiteral("paretune ")));
  QVERIFY(window.empty()->problem().isEmpty());
}

void MainWindowTest::one_selection_for_plot_table_and_inspector() {
  MainWindow window;
  open(window);
  StudyPage* study = window.study();
  QTableView* table = study->table()->table();
  const auto table_id = [table] {
    const auto rows = table->selectionModel()->selectedRows();
    return rows.size() == 1 ? rows[0].data(CandidateList::id_role).toLongLong() : 0;
  };
  const auto headline_of = [](qint64 id) { return QStringLiteral("Candidate #%1").arg(id); };
  // Table to the others.
  table->selectRow(3);
  const qint64 by_table = table->model()->index(3, 0).data(CandidateList::id_role).toLongLong();
  QCOMPARE(study->selection()->current(), by_table);
  QCOMPARE(study->inspector()->headline(), headline_of(by_table));
  // Plot to the others.
  ScatterView* view = study->scatter()->view();
  const std::size_t target = view->data().front().front();
  view->resize(700, 500);
  QTest::mouseClick(view, Qt::LeftButton, {}, view->position_of(target).toPoint());
  const qint64 by_plot = study->selection()->current();
  QVERIFY(by_plot != 0);
  QCOMPARE(table_id(), by_plot);
  QCOMPARE(study->inspector()->headline(), headline_of(by_plot));
  // A candidate the filter hides stays selected elsewhere.
  study->table()->filter_line()->setText(QStringLiteral("id!=%1").arg(by_plot));
  QCOMPARE(study->selection()->current(), by_plot);
  QCOMPARE(study->inspector()->headline(), headline_of(by_plot));
  QTest::keyClick(view, Qt::Key_Escape);
  QCOMPARE(table_id(), qint64(0));
}

void MainWindowTest::shows_rows_as_they_are_written() {
  MainWindow window;
  open(window);
  CandidateList* list = window.study()->candidates();
  QCOMPARE(list->rowCount(), 21);
  window.study()->selection()->set(5);
  const qint64 added = writer_->add();
  QTRY_VERIFY_WITH_TIMEOUT(list->find(added) != nullptr, 10000);
  writer_->add_failed(results::Outcome::hang, "no answer");
  writer_->end();
  QTRY_COMPARE_WITH_TIMEOUT(list->rowCount(), 23, 10000);
  QTRY_VERIFY_WITH_TIMEOUT(window.status_text().contains(QStringLiteral("done")), 10000);
  QVERIFY(window.status_text().contains(QStringLiteral("23 candidates, 2 failed")));
  QCOMPARE(window.study()->scatter()->view()->data().points().size(), std::size_t(21));
  QCOMPARE(window.study()->selection()->current(), qint64(5));
}

void MainWindowTest::filters_and_says_what_is_wrong_with_a_filter() {
  MainWindow window;
  open(window);
  TablePage* table = window.study()->table();
  QAbstractItemModel* shown = table->table()->model();
  QCOMPARE(shown->rowCount(), 20);
  table->show_failed()->setChecked(true);
  QCOMPARE(shown->rowCount(), 21);
  table->filter_line()->setText(QStringLiteral("id<=4"));
  QCOMPARE(shown->rowCount(), 4);
  table->filter_line()->setText(QStringLiteral("id<="));
  QVERIFY(!table->filter_error().isEmpty());
  QCOMPARE(shown->rowCount(), 4);  // the last readable filter holds
  table->filter_line()->clear();
  QVERIFY(table->filter_error().isEmpty());
  table->front_only()->setChecked(true);
  int front = 0;
  for (const auto& row : writer_->store().candidates()) front += row.on_front ? 1 : 0;
  QCOMPARE(shown->rowCount(), front);
}

void MainWindowTest::copies_rows_as_tsv() {
  MainWindow window;
  open(window);
  TablePage* table = window.study()->table();
  table->table()->selectRow(2);
  table->copy_selected();
  const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'));
  QCOMPARE(lines.size(), 3);  // header, row, nothing after the last line end
  QCOMPARE(lines[0].count(QLatin1Char('\t')), lines[1].count(QLatin1Char('\t')));
  QCOMPARE(lines[0].split(QLatin1Char('\t')).size(), window.study()->candidates()->columnCount());
  table->table()->clearSelection();
  QCOMPARE(table->selected_tsv().count(QLatin1Char('\n')), 21);
}

void MainWindowTest::bad_files_leave_a_sentence_in_the_window() {
  MainWindow window;
  open(window);
  QFile bad(folder_->filePath(QStringLiteral("bad.db")));
  QVERIFY(bad.open(QIODevice::WriteOnly));
  bad.write("no database");
  bad.close();
  QSignalSpy failed(&window, &MainWindow::open_failed);
  window.open(bad.fileName());
  QVERIFY(failed.wait(10000));
  QVERIFY(!window.shows_study());
  QVERIFY(window.empty()->problem().contains(QStringLiteral("not a results database")));
  QCOMPARE(window.study()->candidates()->rowCount(), 0);
  open(window);
  QVERIFY(window.shows_study());
}

void MainWindowTest::names_are_plain_text() {
  const std::string names[] = {"=cmd|'!A0",
                               "+1+1",
                               "-2+3",
                               "@SUM(A1)",
                               "\t=1",
                               "\r=1",
                               "<img src=x onerror=alert(1)>",
                               "\x1b]0;owned\x07\x1b[31mred"};
  for (const std::string& name : names) {
    writer_.reset();
    QFile::remove(file_);
    writer_ = std::make_unique<testing::Writer>(file_.toStdString(), 40, name);
    writer_->add();
    writer_->add_failed(results::Outcome::crash, name);
    MainWindow window;
    open(window);
    window.study()->selection()->set(2);
    QVERIFY(!window.windowTitle().contains(QChar(0x1B)));
    for (const QLabel* label : window.findChildren<QLabel*>()) {
      QVERIFY2(label->textFormat() == Qt::PlainText || !label->text().contains(QLatin1Char('<')),
               qPrintable(label->text()));
      QVERIFY(!label->text().contains(QChar(0x1B)) && !label->text().contains(QLatin1Char('\r')));
    }
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
      QVERIFY(!widget->toolTip().contains(QStringLiteral("<img")));
    }
    window.study()->table()->table()->selectAll();
    for (const QString& line : window.study()->table()->selected_tsv().split(QLatin1Char('\n'))) {
      for (const QString& cell : line.split(QLatin1Char('\t'))) {
        bool number = cell.isEmpty();
        if (!number) cell.toDouble(&number);
        QVERIFY2(number || !QStringLiteral("=+-@").contains(cell[0]), qPrintable(cell));
      }
    }
  }
}

}  // namespace paretune::gui

QTEST_MAIN(paretune::gui::MainWindowTest)
#include "main_window_test.moc"
