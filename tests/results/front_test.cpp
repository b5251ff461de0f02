// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "results/store.h"
#include "search/pareto.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

using testing::candidate_on;
using testing::exact;
using testing::Rows;
using testing::Scratch;

struct Expected {
  std::vector<search::Objectives> points;
  std::vector<std::int64_t> ids;
};

/// One random candidate of a study: ties are frequent, some values are missing, some attempts fail.
void add_random(Store& store, const Rows& rows, std::mt19937& engine, bool accuracy,
                Expected& out) {
  const auto below = [&](unsigned n) { return engine() % n; };
  const std::string point = std::to_string(out.ids.size());
  const auto id = store.candidate(rows.study, candidate_on("cpu"), point, "search");
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  search::Objectives values{1.0 + below(8), 1.0 + below(6), below(5) / 4.0};
  for (double& value : values) value = below(25) == 0 ? none : value;
  std::vector<Metric> metrics;
  if (below(30) != 0)
    metrics.push_back(exact("latency_p50_ms", values[0]));
  else
    values[0] = none;
  metrics.push_back(exact("memory_mib", values[1]));
  if (accuracy)
    metrics.push_back(exact("accuracy", values[2]));
  else
    values[2] = 0;
  store.record(testing::success(rows, id, metrics));
  const bool fails = below(10) == 0;
  if (fails) store.record(testing::failure(rows, id, Outcome::crash));
  out.ids.push_back(id);
  out.points.push_back(fails ? search::Objectives{none, none, none}
                             : search::Objectives{values[0], values[1], -values[2]});
}

std::set<std::int64_t> front_in_sql(const std::filesystem::path& file, std::int64_t study) {
  SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
  SQLite::Statement query(database, "SELECT id FROM v_front WHERE study_id = ?");
  query.bind(1, study);
  std::set<std::int64_t> ids;
  while (query.executeStep()) ids.insert(query.getColumn(0).getInt64());
  return ids;
}

TEST(Front, ViewStoreAndDefinitionAgree) {
  const Scratch scratch;
  Store store(scratch.file());
  std::mt19937 engine(1);
  std::vector<std::pair<Rows, Expected>> studies;
  studies.reserve(6);
  for (int i = 0; i < 6; ++i) {
    studies.emplace_back(testing::add_rows(store, "study" + std::to_string(i)), Expected());
  }
  for (int i = 0; i < 6; ++i) {
    // The last but one study measures no accuracy: it is then compared by the other two.
    for (int k = 0; k < 60; ++k) {
      add_random(store, studies[static_cast<std::size_t>(i)].first, engine, i != 4,
                 studies[static_cast<std::size_t>(i)].second);
    }
  }
  for (const auto& [rows, expected] : studies) {
    std::set<std::int64_t> wanted;
    for (const std::size_t i : search::pareto_front(expected.points))
      wanted.insert(expected.ids[i]);
    ASSERT_GT(wanted.size(), 1U);
    EXPECT_EQ(front_in_sql(scratch.file(), rows.study), wanted);
    std::set<std::int64_t> flagged;
    for (const CandidateRow& row : store.candidates(rows.study)) {
      if (row.on_front) flagged.insert(row.id);
      EXPECT_EQ(store.find_candidate(row.id)->on_front, row.on_front);
    }
    EXPECT_EQ(flagged, wanted);
  }
}

}  // namespace
}  // namespace paretune::results
