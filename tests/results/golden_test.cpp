// SPDX-License-Identifier: Apache-2.0
#include "tests/results/golden.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "results/schema.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

namespace fs = std::filesystem;
using testing::Scratch;

/// A copy: reading a database in place would leave its log in the source tree.
fs::path golden(const Scratch& scratch, const std::string& name) {
  fs::copy_file(PARETUNE_SOURCE_DIR "/tests/results/data/" + name, scratch.file(name));
  return scratch.file(name);
}

/// Every row of every table as text, without when it was recorded and what follows from that.
std::map<std::string, std::vector<std::string>> rows_of(const fs::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
  std::map<std::string, std::vector<std::string>> tables;
  SQLite::Statement names(database,
                          "SELECT m.name, group_concat('quote(' || c.name || ')', '||'' ''||') "
                          "FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = "
                          "'table' AND m.name NOT LIKE 'sqlite_%' AND c.name NOT IN "
                          "('recorded', 'started', 'ended', 'payload') GROUP BY m.name");
  while (names.executeStep()) {
    std::vector<std::string>& rows = tables[names.getColumn(0).getString()];
    SQLite::Statement query(database, "SELECT " + names.getColumn(1).getString() + " FROM " +
                                          names.getColumn(0).getString() + " ORDER BY 1");
    while (query.executeStep()) rows.push_back(query.getColumn(0).getString());
  }
  return tables;
}

/// PARETUNE_WRITE_GOLDEN=v3.db makes the golden database of a new schema.
TEST(Golden, NewDatabaseHoldsWhatTheGoldenOneHolds) {
  const Scratch scratch;
  testing::fill_v2(*std::make_unique<Store>(scratch.file()));
  if (const char* file = std::getenv("PARETUNE_WRITE_GOLDEN")) {
    fs::copy_file(scratch.file(), file, fs::copy_options::overwrite_existing);
  }
  const auto made = rows_of(scratch.file());
  EXPECT_EQ(made.size(), 14U);
  EXPECT_EQ(made, rows_of(golden(scratch, "v2.db")));
}

}  // namespace
}  // namespace paretune::results
