// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QTest>

#include "gui/pages/inspector_page.h"
#include "tests/gui/synthetic_store.h"

namespace paretune::gui {

using Mode = QAbstractItemModelTester::FailureReportingMode;

class InspectorTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void layer_list_shows_what_differs();
  void layer_list_survives_any_layers_json();
  void metric_list_compares_with_the_baseline();
  void page_follows_selection_and_failures();
};

void InspectorTest::layer_list_shows_what_differs() {
  auto rows = testing::make_rows(2, 1);
  rows[1].candidate = rows[0].candidate;
  auto& choice = std::next(rows[1].candidate.layers.begin(), 3)->second;
  choice.scheme = "int8_tensor";
  choice.knobs = {{"bm", 64}};
  LayerList list;
  const QAbstractItemModelTester tester(&list, Mode::QtTest);
  list.set_layers(testing::layers_json());
  list.show(rows[1], &rows[0]);
  QCOMPARE(list.rowCount(), 12);
  QCOMPARE(list.different_count(), 1);
  for (int row = 0; row < 12; ++row) {
    for (int column = 0; column < LayerList::column_count; ++column) {
      const bool changed =
          row == 3 && (column == LayerList::scheme_column || column == LayerList::knobs_column);
      QCOMPARE(list.index(row, column).data(LayerList::differs_role).toBool(), changed);
    }
  }
  list.set_only_different(true);
  QCOMPARE(list.rowCount(), 1);
  QCOMPARE(list.index(0, LayerList::knobs_column).data().toString(), QStringLiteral("bm=64"));
  const QString hint = list.index(0, LayerList::scheme_column).data(Qt::ToolTipRole).toString();
  QVERIFY2(hint.contains(QStringLiteral("baseline: fp32")), qPrintable(hint));
  QCOMPARE(list.index(0, LayerList::family_column).data().toString(), QStringLiteral("conv"));
  list.show(rows[0], &rows[0]);
  QCOMPARE(list.different_count(), 0);
}

void InspectorTest::layer_list_survives_any_layers_json() {
  const auto rows = testing::make_rows(2, 1);
  for (const char* text : {"", "{", "[1,2]", R"({"id":"x"})", R"([{"id":3}])", "null",
                           R"([{"id":"L000/conv_0"},{"id":"L000/conv_0"}])"}) {
    LayerList list;
    list.set_layers(text);
    list.show(rows[1], nullptr);
    QCOMPARE(list.rowCount(), 12);
  }
}

void InspectorTest::metric_list_compares_with_the_baseline() {
  auto rows = testing::make_rows(2, 1);
  rows[0].metrics["latency_p50_ms"] = {"latency_p50_ms", 10, 9.9, 10.1, 50};
  rows[1].metrics["latency_p50_ms"] = {"latency_p50_ms", 8, 7.9, 8.1, 50};
  rows[0].metrics["accuracy"] = {"accuracy", 0.90, 0.89, 0.91, 1000};
  rows[1].metrics["accuracy"] = {"accuracy", 0.895, 0.88, 0.905, 1000};
  rows[0].metrics["memory_mib"] = {"memory_mib", 4, 4, 4, 1};
  rows[1].metrics["memory_mib"] = {"memory_mib", 5, 5, 5, 1};
  MetricList list;
  const QAbstractItemModelTester tester(&list, Mode::QtTest);
  list.show(rows[1], &rows[0]);
  const auto line = [&list](const QString& name) {
    for (int row = 0; row < list.rowCount(); ++row) {
      if (list.index(row, MetricList::name_column).data().toString() == name) return row;
    }
    return -1;
  };
  const auto cell = [&list](int row, int column) {
    return list.index(row, column).data().toString();
  };
  const int latency = line(QStringLiteral("Latency p50"));
  QCOMPARE(cell(latency, MetricList::value_column), QStringLiteral("8.0000 ms"));
  QCOMPARE(cell(latency, MetricList::samples_column), QStringLiteral("50"));
  QVERIFY(cell(latency, MetricList::change_column).endsWith(QStringLiteral("20.0 %")));
  QCOMPARE(list.index(latency, MetricList::change_column).data(MetricList::verdict_role).toInt(),
           1);
  const int accuracy = line(QStringLiteral("Accuracy"));
  QVERIFY(cell(accuracy, MetricList::change_column).endsWith(QStringLiteral("0.50 pp")));
  QCOMPARE(list.index(accuracy, MetricList::change_column).data(MetricList::verdict_role).toInt(),
           0);
  const int memory = line(QStringLiteral("Memory"));
  QCOMPARE(cell(memory, MetricList::interval_column), QStringLiteral("exact"));
  QCOMPARE(list.index(memory, MetricList::change_column).data(MetricList::verdict_role).toInt(),
           -1);
  list.clear();
  QCOMPARE(list.rowCount(), 0);
}

void InspectorTest::page_follows_selection_and_failures() {
  auto rows = testing::make_rows(4, 2);
  rows[2].outcome = results::Outcome::crash;
  rows[2].failure = {results::Outcome::crash, "build", "<i>signal</i> 11", 11};
  CandidateList list;
  list.reset(rows);
  Selection selection;
  InspectorPage page(&list, &selection);
  page.set_file(QStringLiteral("/data/my results.db"));
  QCOMPARE(page.export_command(), QString());
  selection.set(2);
  QVERIFY(page.headline().contains(QStringLiteral("#2")));
  QCOMPARE(page.layers().rowCount(), 12);
  QCOMPARE(page.export_command(),
           QStringLiteral("paretune export --db '/data/my results.db' --candidate 2 --out "
                          "candidate-2"));
  selection.set(3);
  QCOMPARE(page.status(), QStringLiteral("crash at build: <i>signal</i> 11"));
  QCOMPARE(page.export_command(), QString());
  for (const QLabel* label : page.findChildren<QLabel*>()) {
    QCOMPARE(label->textFormat(), Qt::PlainText);
  }
  selection.set(77);
  QCOMPARE(page.layers().rowCount(), 0);
}

}  // namespace paretune::gui

QTEST_MAIN(paretune::gui::InspectorTest)
#include "inspector_test.moc"
