// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <thread>

#include "results/schema.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

namespace fs = std::filesystem;

constexpr int busy_milliseconds = 5000;

template <class... Values>
StoreError refuse(fmt::format_string<Values...> text, Values&&... values) {
  return StoreError(fmt::format(text, std::forward<Values>(values)...));
}

/// access() asks for the real user; what counts is the effective one.
bool allowed(const fs::path& path, int how) {
  return faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) == 0;
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

void check_writable(const fs::path& file, bool exists) {
  const fs::path folder = folder_of(file);
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw refuse("the folder '{}' for the results database '{}' does not exist; create it first",
                 folder.string(), file.string());
  }
  if (exists && !allowed(file, W_OK)) {
    throw refuse(
        "the results database '{}' is read-only; change its permissions or name another file",
        file.string());
  }
  if (!allowed(folder, W_OK | X_OK)) {
    throw refuse(
        "the folder of the results database '{}' cannot be written; change its permissions "
        "or name a file elsewhere",
        file.string());
  }
}

/// SQLite itself would only notice at the first read, with less to say.
void check_header(const fs::path& file) {
  std::array<char, 16> header{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(header.data(), header.size());
  const std::string_view expected("SQLite format 3\0", 16);
  if (std::string_view(header.data(), header.size()) != expected) {
    throw refuse("'{}' is not a results database (not an SQLite file); name another file",
                 file.string());
  }
}

/// True when the file holds something.
bool check_file(const fs::path& file, Store::Mode mode) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  const bool exists = fs::exists(status);
  if (exists && !fs::is_regular_file(status)) {
    throw refuse("'{}' is not a file; name a file for the results database", file.string());
  }
  if (mode == Store::Mode::read_write) {
    check_writable(file, exists);
  } else if (!exists) {
    throw refuse("the results database '{}' does not exist; check the name, or tune a model first",
                 file.string());
  }
  if (!exists) return false;
  if (!allowed(file, R_OK)) {
    throw refuse("the results database '{}' cannot be read; change its permissions", file.string());
  }
  if (fs::file_size(file, error) == 0) return false;
  check_header(file);
  return true;
}

std::int64_t pragma(SQLite::Database& database, const char* name) {
  Query query(database, std::string("PRAGMA ") + name);
  return query.next() ? query.integer(0) : 0;
}

void configure(SQLite::Database& database) {
  database.exec("PRAGMA foreign_keys = ON");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA cell_size_check = ON");
  database.exec("PRAGMA mmap_size = 0");
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

/// file: URI with immutable=1, for which SQLite takes no locks and makes no files.
std::string immutable_uri(const fs::path& file) {
  std::string uri = "file:";
  for (const char c : fs::absolute(file).string()) {
    const bool special = c == '?' || c == '#' || c == '%';
    uri += special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return uri + "?immutable=1";
}

std::unique_ptr<SQLite::Database> open_for_reading(const fs::path& file) {
  try {
    auto database =
        std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READONLY, busy_milliseconds);
    pragma(*database, "schema_version");
    return database;
  } catch (const SQLite::Exception& error) {
    // On a read-only disk SQLite cannot make the files WAL needs. Without a log nothing is missing.
    const fs::path log = file.string() + "-wal";
    std::error_code ignored;
    const bool no_log = !fs::exists(log, ignored) || fs::file_size(log, ignored) == 0;
    const int code = error.getErrorCode();
    if (!no_log || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)) throw;
    return std::make_unique<SQLite::Database>(
        immutable_uri(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI, busy_milliseconds);
  }
}

/// Throws when the database is not ours or newer. False when it is empty. Within a transaction.
bool check_identity(SQLite::Database& database, const fs::path& file) {
  const std::int64_t application = pragma(database, "application_id");
  const std::int64_t version = pragma(database, "user_version");
  Query objects(database, "SELECT count(*) FROM sqlite_schema");
  objects.next();
  if (application == 0 && version == 0 && objects.integer(0) == 0) return false;
  if (application != application_id) {
    throw refuse("'{}' is an SQLite database of another program; name another file", file.string());
  }
  if (version != schema_version) {
    throw refuse(
        "the results database '{}' has schema version {}, this program knows {}; use the "
        "program that wrote it or name another file",
        file.string(), version, schema_version);
  }
  return true;
}

/// check_identity() on one state of the file, for another process may be filling it.
bool check_snapshot(SQLite::Database& database, const fs::path& file) {
  SQLite::Transaction snapshot(database);
  return check_identity(database, file);
}

void check_content(SQLite::Database& database, const fs::path& file) {
  Query check(database, "PRAGMA quick_check(1)");
  const std::string verdict = check.next() ? check.text(0) : "no answer";
  if (verdict != "ok") {
    throw refuse(
        "the results database '{}' is damaged ({}); restore it from a copy or name another "
        "file",
        file.string(), verdict);
  }
}

void create(SQLite::Database& database, const fs::path& file) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  if (check_identity(database, file)) return;  // another process was faster
  database.exec(std::string(table_sql()));
  for (const View& view : views()) database.exec(view.sql);
  database.exec(fmt::format("PRAGMA application_id = {}", application_id));
  database.exec(fmt::format("PRAGMA user_version = {}", schema_version));
  transaction.commit();
}

/// Views follow fields(): a program with other fields makes them anew.
void refresh_views(SQLite::Database& database) {
  const auto stale = [&](const View& view) {
    Query query(database, "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?",
                view.name);
    return !query.next() || query.text(0) != view.sql;
  };
  const std::vector<View> wanted = views();
  if (std::none_of(wanted.begin(), wanted.end(), stale)) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  for (const View& view : wanted) database.exec("DROP VIEW IF EXISTS " + view.name);
  for (const View& view : wanted) database.exec(view.sql);
  transaction.commit();
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
  if (mode != "wal") {
    throw refuse(
        "the disk of the results database '{}' cannot hold a write-ahead log; name a file on a "
        "local disk",
        file.string());
  }
}

std::unique_ptr<SQLite::Database> open_for_writing(const fs::path& file) {
  auto database = std::make_unique<SQLite::Database>(
      file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_milliseconds);
  const bool existing = check_snapshot(*database, file);
  use_log(*database, file);
  if (!existing) create(*database, file);
  return database;
}

}  // namespace

StoreError explain(const fs::path& file, const SQLite::Exception& error) {
  const std::string name = "the results database '" + file.string() + "' ";
  const std::string detail = std::string("(") + error.what() + ")";
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
    case SQLITE_AUTH:
      return refuse("{}could not be opened {}; check the permissions of the file and its folder",
                    name, detail);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return refuse("{}is damaged {}; restore it from a copy or name another file", name, detail);
    case SQLITE_CONSTRAINT:
      return refuse("{}refused a row {}; it refers to a row that is not there", name, detail);
    default:
      return refuse("{}reported an error {}", name, detail);
  }
}

Store::Store(const fs::path& file, Mode mode) : state_(std::make_unique<State>()) {
  state_->file = file;
  state_->mode = mode;
  const bool filled = check_file(file, mode);
  try {
    std::unique_ptr<SQLite::Database>& database = state_->database;
    database = mode == Mode::read_write ? open_for_writing(file) : open_for_reading(file);
    configure(*database);
    if (filled) check_content(*database, file);
    if (mode == Mode::read_write) {
      refresh_views(*database);
    } else if (!check_snapshot(*database, file)) {
      throw refuse("the results database '{}' is empty; tune a model first", file.string());
    }
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
