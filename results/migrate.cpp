// SPDX-License-Identifier: Apache-2.0
#include "results/migrate.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "results/payload.h"
#include "results/refuse.h"
#include "results/schema.h"
#include "results/schema_check.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

namespace fs = std::filesystem;

/// A table that version 2 changed: the columns version 1 had, and what the new ones get.
struct Changed {
  std::string_view name, columns, added, values;
};

constexpr std::array<Changed, 5> changed = {{
    {"candidate",
     "id, study_id, point, hash, origin, runtime, threads, batch, schemes, devices, choices",
     "payload", "''"},
    {"evaluation",
     "id, session_id, candidate_id, attempt, block, paired_with, outcome, stage, reason, signal, "
     "numerics, seconds, recorded",
     "restart, payload", "0, ''"},
    {"kernel_evaluation",
     "id, session_id, key, workload, kernel, version, device, knobs, threads, machine, protocol, "
     "cache_state, outcome, stage, reason, signal, p50_ns, lo_ns, hi_ns, compile_seconds, recorded",
     "payload", "''"},
    {"samples", "id, evaluation_id, kernel_evaluation_id, kind, nanoseconds", "", ""},
    {"accuracy", "id, study_id, numerics, split, metric, value, lo, hi, n, recorded", "payload",
     "''"},
}};

bool same_bytes(const fs::path& a, const fs::path& b) {
  std::ifstream left(a, std::ios::binary), right(b, std::ios::binary);
  return left && right && fs::file_size(a) == fs::file_size(b) &&
         std::equal(std::istreambuf_iterator<char>(left), {},
                    std::istreambuf_iterator<char>(right));
}

void reach_disk(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  if (!done) throw refuse("the copy '{}' could not be written; check its disk", path.string());
}

/// A whole copy under a name of its own: only then does it get the name people look for.
void copy_database(const fs::path& file, const fs::path& copy) {
  fs::path part = copy;
  part += ".part";
  std::error_code ignored;
  fs::remove(part, ignored);
  {
    SQLite::Database from(file.string(), SQLite::OPEN_READONLY);
    SQLite::Database to(part.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    sqlite3_backup* backup = sqlite3_backup_init(to.getHandle(), "main", from.getHandle(), "main");
    if (backup != nullptr) sqlite3_backup_step(backup, -1);
    if (backup == nullptr || sqlite3_backup_finish(backup) != SQLITE_OK) {
      throw SQLite::Exception(to.getHandle());
    }
  }
  reach_disk(part);
  // link() does not replace: what stands under that name may be the only copy of something.
  if (link(part.c_str(), copy.c_str()) != 0 && !same_bytes(part, copy)) {
    fs::remove(part, ignored);
    throw refuse(
        "the copy of the results database '{}' before its update cannot be named '{}', for that "
        "file exists or the folder takes no links; move it away",
        file.string(), copy.string());
  }
  fs::remove(part, ignored);
  reach_disk(copy.has_parent_path() ? copy.parent_path() : fs::path("."));
}

/// The old table goes aside with its rows; its indexes, whose names are wanted, go.
void put_aside(SQLite::Database& database, const Changed& table) {
  std::vector<std::string> indexes;
  {
    Query query(database,
                "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? "
                "AND sql IS NOT NULL",
                table.name);
    while (query.next()) indexes.push_back(query.raw(0));
  }
  for (const std::string& index : indexes) database.exec("DROP INDEX " + index);
  database.exec(fmt::format("ALTER TABLE {0} RENAME TO old_{0}", table.name));
}

void move_rows(SQLite::Database& database, const Changed& table) {
  const std::string_view comma = table.added.empty() ? "" : ", ";
  database.exec(fmt::format("INSERT INTO {0} ({1}{2}{3}) SELECT {1}{2}{4} FROM old_{0} ORDER BY id",
                            table.name, table.columns, comma, table.added, table.values));
  database.exec(fmt::format("DROP TABLE old_{}", table.name));
}

/// Every object that the new schema has and the file has not.
void create_missing(SQLite::Database& database) {
  for (const SchemaObject& object : table_objects()) {
    Query found(database, "SELECT 1 FROM sqlite_schema WHERE name = ?", object.name);
    if (!found.next()) database.exec(object.sql);
  }
}

void hash_rows(SQLite::Database& database) {
  for (const std::string_view table : hashed_tables()) {
    std::vector<std::int64_t> ids;
    Query rows(database, fmt::format("SELECT id FROM {}", table));
    while (rows.next()) ids.push_back(rows.integer(0));
    Payload payload(database, table);
    for (const std::int64_t id : ids) {
      Query(database, fmt::format("UPDATE {} SET payload = ? WHERE id = ?", table), payload.of(id),
            id)
          .run();
    }
  }
}

void from_1_to_2(SQLite::Database& database) {
  for (const SchemaObject& view : views()) database.exec("DROP VIEW IF EXISTS " + view.name);
  for (const Changed& table : changed) put_aside(database, table);
  create_missing(database);
  for (const Changed& table : changed) move_rows(database, table);
  hash_rows(database);
  for (const SchemaObject& view : views()) database.exec(view.sql);
}

void check_result(SQLite::Database& database, const fs::path& file) {
  check_schema(database, file, schema_version);
  check_content(database, file);
  Query loose(database, "PRAGMA foreign_key_check");
  if (!loose.next()) return;
  throw refuse(
      "the results database '{}' cannot be brought up to date: a row of its table {} refers to a "
      "row that is not there; name another file",
      file.string(), loose.text(0));
}

}  // namespace

void migrate(SQLite::Database& database, const fs::path& file) {
  // Neither can be changed within a transaction. With them renaming a table would change the
  // statements of those that refer to it.
  database.exec("PRAGMA foreign_keys = OFF");
  database.exec("PRAGMA legacy_alter_table = ON");
  {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    const std::int64_t version = check_identity(database, file);
    if (version == schema_version) return;  // another process was faster
    check_schema(database, file, version);
    check_content(database, file);
    copy_database(file, fmt::format("{}.v{}.bak", file.string(), version));
    from_1_to_2(database);
    database.exec(fmt::format("PRAGMA user_version = {}", schema_version));
    check_result(database, file);
    transaction.commit();
  }
  database.exec("PRAGMA legacy_alter_table = OFF");
}

}  // namespace paretune::results
