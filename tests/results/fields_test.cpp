// SPDX-License-Identifier: Apache-2.0
#include "results/fields.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "results/store.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

using testing::candidate_on;
using testing::Rows;
using testing::Scratch;

TEST(Fields, NamesAreUniqueAndFound) {
  std::set<std::string_view> names, titles;
  for (const Field& field : fields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_TRUE(titles.insert(field.title).second) << field.title;
    EXPECT_EQ(find_field(field.name), &field);
    EXPECT_TRUE(field.number && field.text) << field.name;
    EXPECT_TRUE(field.sense == Field::Sense::none || field.kind != Field::Kind::text);
  }
  EXPECT_EQ(find_field("no_such_field"), nullptr);
}

TEST(Fields, MetricNamesAreTheAgreedOnes) {
  std::vector<std::string> names;
  for (const Field& field : fields()) {
    if (field.metric) names.emplace_back(field.name);
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre(
                         "latency_p50_ms", "latency_min_ms", "latency_p90_ms", "latency_p99_ms",
                         "cpu_p50_ms", "latency_ratio", "memory_mib", "accuracy", "accuracy_report",
                         "throughput_per_s", "server_p50_ms", "server_p99_ms", "server_late",
                         "energy_mj", "latency_cv", "cpu_over_wall", "disturbed",
                         "context_switches", "mhz", "temperature_c", "throttles", "load", "steal"));
}

TEST(Fields, FormatKeepsDecimalsAndEmptiness) {
  CandidateRow row;
  const Field& latency = *find_field("latency_p50_ms");
  EXPECT_EQ(format(latency, row), "");
  EXPECT_FALSE(latency.number(row));
  row.metrics["latency_p50_ms"] = {"latency_p50_ms", 1.23456, 1, 2, 3};
  EXPECT_EQ(format(latency, row), "1.2346");
  row.metrics["latency_p50_ms"].value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(format(latency, row), "");
  row.id = 17;
  EXPECT_EQ(format(*find_field("id"), row), "17");
}

/// Every field of the row as v_candidates has it.
void expect_same(SQLite::Statement& query, const CandidateRow& row) {
  for (const Field& field : fields()) {
    if (field.name == "on_front") continue;  // v_front tells
    const SQLite::Column column = query.getColumn(std::string(field.name).c_str());
    if (field.kind == Field::Kind::text) {
      EXPECT_EQ(column.getString(), field.text(row)) << field.name;
    } else {
      const auto value = field.number(row);
      EXPECT_EQ(column.isNull(), !value.has_value()) << field.name;
      EXPECT_EQ(column.getDouble(), value.value_or(0)) << field.name;
    }
  }
}

TEST(Fields, GettersAgreeWithTheView) {
  const Scratch scratch;
  Store store(scratch.file());
  const Rows rows = testing::add_rows(store);
  std::vector<Metric> metrics;
  for (const Field& field : fields()) {
    const auto value = static_cast<double>(metrics.size()) + 0.1;
    if (field.metric) metrics.push_back({std::string(field.name), value, 0, 1, 9});
  }
  const auto full =
      store.candidate(rows.study, candidate_on("opencl:0", "int8_tensor"), "a", "seed");
  store.record(testing::success(rows, full, metrics, 1));
  const auto failed = store.candidate(rows.study, candidate_on("cpu"), "b", "baseline");
  store.record(testing::failure(rows, failed, Outcome::hang));
  for (const CandidateRow& row : store.candidates()) {
    SQLite::Database database(scratch.file().string(), SQLite::OPEN_READONLY);
    SQLite::Statement query(database, "SELECT * FROM v_candidates WHERE id = ?");
    query.bind(1, row.id);
    ASSERT_TRUE(query.executeStep());
    expect_same(query, row);
    EXPECT_EQ(query.getColumn("hash").getString(), row.hash);
    EXPECT_EQ(query.getColumn("point").getString(), row.point);
    EXPECT_EQ(query.getColumn("study_id").getInt64(), row.study_id);
    EXPECT_EQ(query.getColumn("row_version").getInt64(), row.row_version);
  }
}

}  // namespace
}  // namespace paretune::results
