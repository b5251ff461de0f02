// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "results/guard.h"
#include "results/migrate.h"
#include "results/plain_text.h"
#include "results/refuse.h"
#include "results/schema.h"
#include "results/schema_check.h"
#include "results/store_file.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

namespace fs = std::filesystem;

constexpr int busy_milliseconds = 5000;

using Connection = std::unique_ptr<SQLite::Database>;

Connection connect(const std::string& name, int flags, Deadline& deadline) {
  auto database = std::make_unique<SQLite::Database>(name, flags, busy_milliseconds);
  restrain(*database, deadline);
  return database;
}

Connection connect_immutable(const fs::path& file, Deadline& deadline) {
  return connect(immutable_uri(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI, deadline);
}

Connection connect_for_reading(const fs::path& file, Deadline& deadline) {
  if (!network_file_system_of(file).empty()) {
    if (empty_log(file)) return connect_immutable(file, deadline);
    check_local(file);
  }
  try {
    Connection database = connect(file.string(), SQLite::OPEN_READONLY, deadline);
    pragma(*database, "schema_version");
    return database;
  } catch (const SQLite::Exception& error) {
    // On a read-only disk SQLite cannot make the files WAL needs. Without a log nothing is missing.
    const int code = error.getErrorCode();
    if (!empty_log(file) || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)) throw;
    return connect_immutable(file, deadline);
  }
}

void create(SQLite::Database& database, const fs::path& file) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  if (check_identity(database, file) != 0) return;  // another process was faster
  for (const SchemaObject& object : table_objects()) database.exec(object.sql);
  for (const SchemaObject& view : views()) database.exec(view.sql);
  database.exec(fmt::format("PRAGMA application_id = {}", application_id));
  database.exec(fmt::format("PRAGMA user_version = {}", schema_version));
  transaction.commit();
}

/// Views follow fields(): a program with other fields makes them anew.
void refresh_views(SQLite::Database& database) {
  const auto stale = [&](const SchemaObject& view) {
    Query query(database, "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?",
                view.name);
    return !query.next() || query.raw(0) != view.sql;
  };
  const std::vector<SchemaObject> wanted = views();
  if (std::none_of(wanted.begin(), wanted.end(), stale)) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  for (const SchemaObject& view : wanted) database.exec("DROP VIEW IF EXISTS main." + view.name);
  for (const SchemaObject& view : wanted) database.exec(view.sql);
  transaction.commit();
}

/// Who may not replace the file's views reads through its own, which hide them.
void use_own_views(SQLite::Database& database) {
  constexpr std::string_view create = "CREATE ";
  for (const SchemaObject& view : views()) {
    database.exec(fmt::format("CREATE TEMP {}", view.sql.substr(create.size())));
  }
}

/// The statement ends here: while it is open no transaction can commit.
std::string journal_mode(SQLite::Database& database) {
  Query query(database, "PRAGMA journal_mode = WAL");
  return query.next() ? query.text(0) : "";
}

/// The change to WAL needs the file for itself and does not wait for it, so waiting is done here:
/// another process may be making the same new database.
void use_log(SQLite::Database& database, const fs::path& file) {
  constexpr std::chrono::milliseconds pause(10);
  std::string mode;
  for (int waited = 0; mode.empty(); waited += static_cast<int>(pause.count())) {
    try {
      mode = journal_mode(database);
    } catch (const SQLite::Exception& error) {
      if (error.getErrorCode() != SQLITE_BUSY || waited >= busy_milliseconds) throw;
      std::this_thread::sleep_for(pause);
    }
  }
  if (mode == "wal") return;
  throw refuse(
      "the disk of the results database '{}' cannot hold a write-ahead log; name a file on a "
      "local disk",
      file.string());
}

/// Identity, schema and pages of one state of the file, for another process may be filling it.
/// Returns the version; 0 when the file is empty.
std::int64_t check_snapshot(SQLite::Database& database, const fs::path& file) {
  SQLite::Transaction snapshot(database);
  const std::int64_t version = check_identity(database, file);
  if (version == 0) return 0;
  check_schema(database, file, version);
  check_content(database, file);
  return version;
}

Connection open_for_writing(const fs::path& file, Deadline& deadline) {
  ignore_file_size_signal();
  Connection database =
      connect(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, deadline);
  const std::int64_t version = check_snapshot(*database, file);
  use_log(*database, file);
  database->exec("PRAGMA synchronous = FULL");
  if (version == 0) create(*database, file);
  if (version != 0 && version < schema_version) {
    deadline.start(whole_file_deadline);
    migrate(*database, file);
  }
  refresh_views(*database);
  database->exec("PRAGMA foreign_keys = ON");
  return database;
}

Connection open_for_reading(const fs::path& file, Deadline& deadline) {
  Connection database = connect_for_reading(file, deadline);
  const std::int64_t version = check_snapshot(*database, file);
  if (version == 0) {
    throw refuse("the results database '{}' is empty; tune a model first", file.string());
  }
  if (version < schema_version) {
    throw refuse(
        "the results database '{0}' has schema version {1}, this program reads {2}; bring it up to "
        "date with: paretune status --check --db '{0}' (a copy of the old one is kept)",
        file.string(), version, schema_version);
  }
  use_own_views(*database);
  return database;
}

}  // namespace

StoreError explain(const fs::path& file, const SQLite::Exception& error) {
  const std::string name = "the results database '" + file.string() + "' ";
  const std::string detail = fmt::format("({})", plain(error.what(), 200));  // may quote the file
  switch (error.getErrorCode() & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return refuse("{}is in use by another writer {}; wait for it to end", name, detail);
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return refuse("{}could not be read or written {}; check its disk and free some space", name,
                    detail);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return refuse("{}could not be opened {}; check the permissions of the file and its folder",
                    name, detail);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return refuse("{}is damaged {}; restore it from a copy or name another file", name, detail);
    case SQLITE_CONSTRAINT:
      return refuse("{}refused a row {}; it refers to a row that is not there", name, detail);
    case SQLITE_INTERRUPT:
      return refuse("{}took too long to answer {}; restore it from a copy or name another file",
                    name, detail);
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      return refuse("{}holds or was to hold a value that is too large {}", name, detail);
    case SQLITE_AUTH:
      return refuse("{}asks for what no results database needs {}; name another file", name,
                    detail);
    default:
      return refuse("{}reported an error {}", name, detail);
  }
}

Store::Store(const fs::path& file, Mode mode) : state_(std::make_unique<State>()) {
  state_->file = file;
  state_->mode = mode;
  check_file(file, mode);
  Deadline& deadline = state_->deadline;
  deadline.start(statement_deadline);
  try {
    const bool writable = mode == Mode::read_write;
    state_->database =
        writable ? open_for_writing(file, deadline) : open_for_reading(file, deadline);
    seal_connection(*state_->database, writable);
  } catch (const SQLite::Exception& error) {
    throw explain(file, error);
  }
}

Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

std::int64_t Store::data_version() const {
  return state_->read([](SQLite::Database& database) { return pragma(database, "data_version"); });
}

}  // namespace paretune::results
