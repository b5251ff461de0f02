// SPDX-License-Identifier: Apache-2.0
#include "gui/models/candidate_list.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <random>

#include "gui/models/candidate_filter.h"
#include "tests/gui/synthetic_store.h"

namespace paretune::gui {

using results::CandidateRow;
using Mode = QAbstractItemModelTester::FailureReportingMode;

class CandidateListTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void keeps_the_rules_of_item_models();
  void merge_adds_and_replaces();
  void merged_front_equals_a_fresh_one_data();
  void merged_front_equals_a_fresh_one();
  void sorts_as_plain_code_does();
  void empty_cells_sort_last();
  void failed_rows_are_shown_on_demand();
  void untrusted_text_stays_plain();
};

std::vector<qint64> shown_ids(const CandidateFilter& filter) {
  std::vector<qint64> ids;
  ids.reserve(static_cast<std::size_t>(filter.rowCount()));
  for (int row = 0; row < filter.rowCount(); ++row) {
    ids.push_back(filter.index(row, 0).data(CandidateList::id_role).toLongLong());
  }
  return ids;
}

std::vector<CandidateRow> part(const std::vector<CandidateRow>& rows, std::size_t from,
                               std::size_t to) {
  return {rows.begin() + static_cast<std::ptrdiff_t>(from),
          rows.begin() + static_cast<std::ptrdiff_t>(to)};
}

void CandidateListTest::keeps_the_rules_of_item_models() {
  CandidateList list;
  const QAbstractItemModelTester tester(&list, Mode::QtTest);
  CandidateFilter filter;
  filter.set_list(&list);
  const QAbstractItemModelTester filter_tester(&filter, Mode::QtTest);
  filter.sort(CandidateList::column_of("latency_p50_ms"));
  const auto rows = testing::make_rows(60, 3);
  list.reset(part(rows, 0, 20));
  list.merge(part(rows, 10, 40));
  filter.set_query(FilterQuery::parse(QStringLiteral("latency_p50_ms<3")));
  list.merge(part(rows, 40, 60));
  filter.set_front_only(true);
  filter.set_show_failed(true);
  list.reset({});
  QCOMPARE(list.rowCount(), 0);
}

void CandidateListTest::merge_adds_and_replaces() {
  auto rows = testing::make_rows(10, 4);
  CandidateList list;
  list.reset(part(rows, 0, 6));
  QSignalSpy changed(&list, &CandidateList::contents_changed);
  rows[2].metrics["latency_p50_ms"].value = 1234.5;
  list.merge({rows[2], rows[7]});
  QCOMPARE(list.rowCount(), 7);
  QCOMPARE(changed.count(), 1);
  const int column = CandidateList::column_of("latency_p50_ms");
  QCOMPARE(list.index(2, column).data().toString(), QStringLiteral("1234.5000"));
  QCOMPARE(list.index(6, 0).data(CandidateList::id_role).toLongLong(), qint64(8));
  QCOMPARE(list.row_of(8), 6);
  QCOMPARE(list.row_of(9), -1);
}

void CandidateListTest::merged_front_equals_a_fresh_one_data() {
  QTest::addColumn<QStringList>("missing");
  QTest::newRow("all metrics") << QStringList{};
  QTest::newRow("no memory") << QStringList{QStringLiteral("memory_mib")};
  QTest::newRow("latency only") << QStringList{QStringLiteral("memory_mib"),
                                               QStringLiteral("accuracy")};
}

// Brute force over all rows; the list compares new rows with the old front only.
void CandidateListTest::merged_front_equals_a_fresh_one() {
  QFETCH(QStringList, missing);
  std::mt19937 random(5);
  auto rows = testing::make_rows(300, 5);
  for (auto& row : rows) {
    // Until row 200 the metric is missing everywhere: then it becomes an objective.
    if (row.id > 200 && row.id != 250) continue;
    for (const QString& name : missing) row.metrics.erase(name.toStdString());
  }
  rows[30].outcome = results::Outcome::crash;
  CandidateList list;
  list.reset(part(rows, 0, 50));
  for (std::size_t from = 50; from < rows.size(); from += 10) {
    auto update = part(rows, from, from + 10);
    // An old row measured again, better or worse than before.
    CandidateRow again = rows[random() % from];
    again.metrics["latency_p50_ms"].value *= random() % 2 == 0 ? 0.8 : 1.3;
    rows[static_cast<std::size_t>(again.id - 1)] = again;
    update.push_back(again);
    list.merge(update);
    CandidateList fresh;
    fresh.reset(part(rows, 0, from + 10));
    for (int row = 0; row < list.rowCount(); ++row) {
      const auto& entry = list.entries()[static_cast<std::size_t>(row)];
      QCOMPARE(entry.row.on_front, fresh.find(entry.row.id)->row.on_front);
    }
  }
}

void CandidateListTest::sorts_as_plain_code_does() {
  const auto rows = testing::make_rows(200, 6);
  CandidateList list;
  list.reset(rows);
  CandidateFilter filter;
  filter.set_list(&list);
  for (const char* name : {"latency_p50_ms", "accuracy", "id"}) {
    const results::Field* field = results::find_field(name);
    for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
      filter.sort(CandidateList::column_of(name), order);
      std::vector<double> values;
      for (const qint64 id : shown_ids(filter))
        values.push_back(*field->number(list.find(id)->row));
      QCOMPARE(values.size(), rows.size());
      QVERIFY(order == Qt::AscendingOrder ? std::is_sorted(values.begin(), values.end())
                                          : std::is_sorted(values.rbegin(), values.rend()));
    }
  }
}

void CandidateListTest::empty_cells_sort_last() {
  auto rows = testing::make_rows(9, 7);
  for (const std::size_t at : {0U, 4U, 8U}) rows[at].metrics.erase("accuracy");
  CandidateList list;
  list.reset(rows);
  CandidateFilter filter;
  filter.set_list(&list);
  for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
    filter.sort(CandidateList::column_of("accuracy"), order);
    const auto ids = shown_ids(filter);
    std::vector<qint64> last(ids.end() - 3, ids.end());
    std::sort(last.begin(), last.end());
    QCOMPARE(last, (std::vector<qint64>{1, 5, 9}));
  }
}

void CandidateListTest::failed_rows_are_shown_on_demand() {
  auto rows = testing::make_rows(5, 8);
  rows[3].outcome = results::Outcome::hang;
  rows[3].failure = {results::Outcome::hang, "latency", "no answer within 10 s", 0};
  CandidateList list;
  list.reset(rows);
  CandidateFilter filter;
  filter.set_list(&list);
  QCOMPARE(filter.rowCount(), 4);
  QCOMPARE(list.failed_count(), 1);
  filter.set_show_failed(true);
  QCOMPARE(filter.rowCount(), 5);
  QCOMPARE(list.index(3, CandidateList::failure_column()).data().toString(),
           QStringLiteral("hang at latency: no answer within 10 s"));
}

void CandidateListTest::untrusted_text_stays_plain() {
  auto rows = testing::make_rows(1, 9);
  rows[0].origin = "<b>bold</b>\n\x1b[31m";
  CandidateList list;
  list.reset(rows);
  const QModelIndex cell = list.index(0, CandidateList::column_of("origin"));
  QVERIFY(cell.data().toString().startsWith(QStringLiteral("<b>bold</b>")));
  QVERIFY(!cell.data().toString().contains(QLatin1Char('\n')));
  QVERIFY(!cell.data(Qt::ToolTipRole).toString().contains(QStringLiteral("<b>")));
}

}  // namespace paretune::gui

QTEST_GUILESS_MAIN(paretune::gui::CandidateListTest)
#include "candidate_list_test.moc"
