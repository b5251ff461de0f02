// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <random>

#include "results/schema.h"
#include "tests/results/golden.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Scratch;

fs::path old_database(const Scratch& scratch, const std::string& name = "results.db") {
  fs::copy_file(PARETUNE_SOURCE_DIR "/tests/results/data/v1.db", scratch.file(name),
                fs::copy_options::overwrite_existing);
  return scratch.file(name);
}

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::int64_t version_of(const fs::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  return database.execAndGet("PRAGMA user_version").getInt64();
}

/// For each table of version 1 its columns as one SQL expression.
std::map<std::string, std::string> first_columns() {
  const Scratch scratch;
  SQLite::Database database(old_database(scratch).string(), SQLite::OPEN_READWRITE);
  SQLite::Statement query(database,
                          "SELECT m.name, group_concat('quote(' || c.name || ')', '||'' ''||') "
                          "FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = "
                          "'table' GROUP BY m.name");
  std::map<std::string, std::string> columns;
  while (query.executeStep()) {
    columns[query.getColumn(0).getString()] = query.getColumn(1).getString();
  }
  return columns;
}

/// What version 1 knew of the file's rows, sqlite_sequence too.
std::vector<std::string> rows_of(const fs::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  std::vector<std::string> rows;
  for (const auto& [table, columns] : first_columns()) {
    SQLite::Statement query(database, "SELECT " + columns + " FROM " + table + " ORDER BY 1");
    while (query.executeStep()) rows.push_back(table + " " + query.getColumn(0).getString());
  }
  std::erase_if(rows, [](const std::string& row) {
    return row.starts_with("sqlite_sequence 'c") && row.find("candidate") == std::string::npos;
  });
  return rows;
}

TEST(Migrate, KeepsEveryRowAndACopy) {
  const Scratch scratch;
  const fs::path file = old_database(scratch);
  const auto before = rows_of(file);
  const std::string original = bytes_of(file);
  {
    const Store store(file);
    EXPECT_THAT(store.verify(), IsEmpty());
    EXPECT_EQ(store.candidates().size(), 8U);
    EXPECT_EQ(store.latest_evaluation(1)->measurement.wall_ns, testing::golden_samples(0, 40));
    EXPECT_TRUE(store.find_kernel(testing::golden_kernel(1, 0)));
    EXPECT_TRUE(store.find_accuracy(1, "numerics-1", "select"));
    EXPECT_THAT(store.comparisons(1), IsEmpty());
  }
  EXPECT_EQ(version_of(file), schema_version);
  EXPECT_EQ(rows_of(file), before);
  const fs::path copy = file.string() + ".v1.bak";
  EXPECT_EQ(version_of(copy), 1);
  EXPECT_EQ(rows_of(copy), before);
  EXPECT_GT(original.size(), 100000U);
}

TEST(Migrate, ResultIsANewDatabaseWithOldRows) {
  const Scratch scratch;
  { const Store store(old_database(scratch)); }
  { const Store store(scratch.file("new.db")); }
  const auto schema_of = [](const fs::path& file) {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    SQLite::Statement query(database, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
    std::map<std::string, std::string> objects;
    while (query.executeStep()) {
      objects[query.getColumn(0).getString()] = query.getColumn(1).getString();
    }
    return objects;
  };
  EXPECT_EQ(schema_of(scratch.file()), schema_of(scratch.file("new.db")));
}

TEST(Migrate, ReadersAreToldWhatToDo) {
  const Scratch scratch;
  const fs::path file = old_database(scratch);
  try {
    const Store store(file, Store::Mode::read_only);
    ADD_FAILURE() << "was opened";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), HasSubstr("paretune status --check"));
  }
  EXPECT_EQ(version_of(file), 1);
  EXPECT_FALSE(fs::exists(file.string() + ".v1.bak"));
}

TEST(Migrate, NeverReplacesACopy) {
  const Scratch scratch;
  const fs::path file = old_database(scratch);
  const auto before = rows_of(file);
  std::ofstream(file.string() + ".v1.bak") << "precious";
  try {
    const Store store(file);
    ADD_FAILURE() << "was opened";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), HasSubstr("move it away"));
  }
  EXPECT_EQ(bytes_of(file.string() + ".v1.bak"), "precious");
  EXPECT_EQ(version_of(file), 1);
  EXPECT_EQ(rows_of(file), before);
}

TEST(Migrate, StrangersInAnOldDatabaseAreRefused) {
  const Scratch scratch;
  for (const char* statement :
       {"CREATE TABLE t (x)", "CREATE TRIGGER t AFTER INSERT ON study BEGIN SELECT 1; END",
        "ALTER TABLE study ADD COLUMN evil TEXT", "CREATE VIEW mine AS SELECT 1"}) {
    const fs::path file = old_database(scratch);
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec(std::string(statement));
    EXPECT_THROW(const Store store(file), StoreError) << statement;
    EXPECT_EQ(version_of(file), 1);
  }
}

/// Killed at any moment it is version 1 with everything or version 2 with everything.
TEST(Migrate, KilledLeavesOneOrTheOther) {
  const Scratch scratch;
  const auto before = rows_of(old_database(scratch, "reference.db"));
  std::mt19937 engine(1);
  int old = 0;
  for (int round = 0; round < 25; ++round) {
    const fs::path file = old_database(scratch, "r" + std::to_string(round) + ".db");
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        const Store store(file);
      } catch (const std::exception&) {
      }
      _exit(0);
    }
    usleep(engine() % 40000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    old += version_of(file) == 1 ? 1 : 0;
    ASSERT_EQ(rows_of(file), before);
    const Store store(file);  // goes on where it was, with the copy that is there
    ASSERT_THAT(store.verify(), IsEmpty());
    ASSERT_EQ(rows_of(file.string() + ".v1.bak"), before);
  }
  EXPECT_GT(old, 0);
}

TEST(Migrate, SeveralProcessesDoItOnce) {
  const Scratch scratch;
  const fs::path file = old_database(scratch);
  std::vector<pid_t> children;
  for (int i = 0; i < 5; ++i) {
    children.push_back(fork());
    ASSERT_GE(children.back(), 0);
    if (children.back() != 0) continue;
    try {
      _exit(Store(file).verify().empty() ? 0 : 1);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      _exit(2);
    }
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(version_of(file), schema_version);
}

TEST(Migrate, FullDiskLeavesTheOldOne) {
  const Scratch scratch;
  const auto before = rows_of(old_database(scratch, "reference.db"));
  for (const rlim_t limit : {40 * 1024, 100 * 1024, 137 * 1024}) {
    const fs::path file = old_database(scratch, std::to_string(limit) + ".db");
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const rlimit size{limit, limit};
      setrlimit(RLIMIT_FSIZE, &size);  // the store itself ignores SIGXFSZ
      try {
        const Store store(file);
        _exit(1);
      } catch (const StoreError&) {
        _exit(0);
      }
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0) << limit;
    EXPECT_EQ(version_of(file), 1);
    EXPECT_EQ(rows_of(file), before);
    EXPECT_THAT(Store(file).verify(), IsEmpty());
  }
}

}  // namespace
}  // namespace paretune::results
