// SPDX-License-Identifier: Apache-2.0
#include "results/schema.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "results/store.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

using testing::Scratch;

/// Columns of every table and view of a new database.
std::map<std::string, std::set<std::string>> live_schema() {
  const Scratch scratch;
  const Store store(scratch.file());
  SQLite::Database database(scratch.file().string(), SQLite::OPEN_READONLY);
  SQLite::Statement query(database,
                          "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c "
                          "WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%'");
  std::map<std::string, std::set<std::string>> result;
  while (query.executeStep()) {
    result[query.getColumn(0).getString()].insert(query.getColumn(1).getString());
  }
  return result;
}

/// Text under the heading "### `name`" of the schema's page, per name.
std::map<std::string, std::string> documented_sections() {
  std::ifstream stream(PARETUNE_SOURCE_DIR "/docs/reference/schema.md");
  std::map<std::string, std::string> sections;
  std::string name;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("#")) {
      const std::size_t from = line.find('`'), to = line.rfind('`');
      name = from == to ? "" : line.substr(from + 1, to - from - 1);
    } else {
      sections[name] += line + "\n";
    }
  }
  return sections;
}

/// Names in the first cell of the section's table rows.
std::set<std::string> documented_columns(const std::string& section) {
  std::set<std::string> names;
  std::istringstream stream(section);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with("| `")) continue;
    const std::string cell = line.substr(1, line.find('|', 1) - 1);
    for (std::size_t from = cell.find('`'); from != std::string::npos;
         from = cell.find('`', from)) {
      const std::size_t to = cell.find('`', from + 1);
      names.insert(cell.substr(from + 1, to - from - 1));
      from = to + 1;
    }
  }
  return names;
}

TEST(Schema, DocumentNamesEveryTableAndColumnAndNoOther) {
  const auto schema = live_schema();
  const auto sections = documented_sections();
  EXPECT_GE(schema.size(), 15U);
  for (const auto& [table, columns] : schema) {
    ASSERT_TRUE(sections.contains(table)) << table << " is missing in docs/reference/schema.md";
    EXPECT_EQ(documented_columns(sections.at(table)), columns) << table;
  }
}

TEST(Schema, HasTheTablesOfTheDesign) {
  const auto schema = live_schema();
  for (const char* table :
       {"machine", "model", "study", "session", "candidate", "evaluation", "metric", "samples",
        "accuracy", "kernel_evaluation", "artifact", "v_candidates", "v_front"}) {
    EXPECT_TRUE(schema.contains(table)) << table;
  }
}

TEST(Schema, TablesAreStrict) {
  const Scratch scratch;
  const Store store(scratch.file());
  SQLite::Database database(scratch.file().string(), SQLite::OPEN_READWRITE);
  SQLite::Statement query(database,
                          "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 "
                          "AND name NOT LIKE 'sqlite_%'");
  EXPECT_FALSE(query.executeStep()) << query.getColumn(0).getString();
  EXPECT_THROW(database.exec("INSERT INTO samples (evaluation_id, kind, nanoseconds) "
                             "VALUES (1, 'wall', x'00')"),
               SQLite::Exception);
}

}  // namespace
}  // namespace paretune::results
