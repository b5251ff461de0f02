// SPDX-License-Identifier: Apache-2.0
#include "gui/models/filter_query.h"

#include <QTest>
#include <algorithm>
#include <functional>

#include "tests/gui/synthetic_store.h"

namespace paretune::gui {

using results::CandidateRow;

class FilterQueryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void agrees_with_plain_code();
  void missing_values_fail_comparisons();
  void quotes_hold_words_together();
  void says_what_is_wrong_data();
  void says_what_is_wrong();

 private:
  CandidateList list_;
};

bool device_set_has(const CandidateRow& row, const std::string& device) {
  const auto devices = row.devices();
  return std::find(devices.begin(), devices.end(), device) != devices.end();
}

double metric(const CandidateRow& row, const char* name) { return row.metrics.at(name).value; }

void FilterQueryTest::init() { list_.reset(testing::make_rows(400, 7)); }

void FilterQueryTest::agrees_with_plain_code() {
  const std::vector<std::pair<const char*, std::function<bool(const CandidateRow&)>>> cases = {
      {"", [](const CandidateRow&) { return true; }},
      {"accuracy>=0.88", [](const auto& row) { return metric(row, "accuracy") >= 0.88; }},
      {"  latency_p50_ms<2.5   memory_mib<=9 ",
       [](const auto& row) {
         return metric(row, "latency_p50_ms") < 2.5 && metric(row, "memory_mib") <= 9;
       }},
      {"devices=cpu",
       [](const auto& row) { return row.devices() == std::vector<std::string>{"cpu"}; }},
      {"devices!=cpu",
       [](const auto& row) { return row.devices() != std::vector<std::string>{"cpu"}; }},
      {"devices~OPENCL", [](const auto& row) { return device_set_has(row, "opencl:0"); }},
      {"id=17", [](const auto& row) { return row.id == 17; }},
      {"id!=17 id<19 id>16", [](const auto& row) { return row.id == 18; }},
      {"baseline", [](const auto& row) { return row.origin == "baseline"; }},
      {"on_front=1", [](const auto& row) { return row.on_front; }}};
  for (const auto& [line, expected] : cases) {
    const FilterQuery query = FilterQuery::parse(QString::fromLatin1(line));
    for (const auto& entry : list_.entries()) {
      QVERIFY2(query.accepts(entry) == expected(entry.row), line);
    }
  }
}

void FilterQueryTest::missing_values_fail_comparisons() {
  auto rows = testing::make_rows(1, 1);
  rows[0].metrics.erase("accuracy");
  list_.reset(rows);
  for (const char* line :
       {"accuracy>0", "accuracy<1", "accuracy=0", "accuracy>=0", "accuracy<=1"}) {
    QVERIFY2(!FilterQuery::parse(QString::fromLatin1(line)).accepts(list_.entries()[0]), line);
  }
  QVERIFY(FilterQuery::parse(QStringLiteral("accuracy!=1")).accepts(list_.entries()[0]));
}

void FilterQueryTest::quotes_hold_words_together() {
  auto rows = testing::make_rows(1, 1);
  rows[0].outcome = results::Outcome::device_oom;
  rows[0].failure = {results::Outcome::device_oom, "latency", "out of memory", 0};
  list_.reset(rows);
  const auto accepts = [this](const char* line) {
    return FilterQuery::parse(QString::fromLatin1(line)).accepts(list_.entries()[0]);
  };
  QVERIFY(accepts("failure~\"out of memory\""));
  QVERIFY(accepts("\"of memory\""));
  QVERIFY(!accepts("failure~\"memory of\""));
}

void FilterQueryTest::says_what_is_wrong_data() {
  QTest::addColumn<QString>("line");
  QTest::addColumn<QString>("part");
  QTest::newRow("field") << "acuracy>1"
                         << "acuracy";
  QTest::newRow("operator") << "accuracy=<1"
                            << "=<";
  QTest::newRow("value") << "accuracy>="
                         << "missing";
  QTest::newRow("number") << "accuracy>=high"
                          << "not a number";
  QTest::newRow("quote") << "devices=\"cpu"
                         << "not closed";
}

void FilterQueryTest::says_what_is_wrong() {
  QFETCH(QString, line);
  QFETCH(QString, part);
  try {
    FilterQuery::parse(line);
    QFAIL("accepted");
  } catch (const FilterError& error) {
    QVERIFY2(QString::fromUtf8(error.what()).contains(part), error.what());
  }
}

}  // namespace paretune::gui

QTEST_GUILESS_MAIN(paretune::gui::FilterQueryTest)
#include "filter_query_test.moc"
