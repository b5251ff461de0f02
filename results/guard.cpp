// SPDX-License-Identifier: Apache-2.0
#include "results/guard.h"

#include <sqlite3.h>

#include <array>
#include <string_view>
#include <utility>

namespace paretune::results {

namespace {

constexpr int operations_between_looks = 10000;

constexpr std::array<std::pair<int, int>, 11> limits = {{
    {SQLITE_LIMIT_LENGTH, longest_value},
    {SQLITE_LIMIT_SQL_LENGTH, 1 << 20},
    {SQLITE_LIMIT_COLUMN, 200},
    {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_COMPOUND_SELECT, 10},
    {SQLITE_LIMIT_VDBE_OP, 100000},
    {SQLITE_LIMIT_FUNCTION_ARG, 10},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 100},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
}};

constexpr std::array<std::pair<int, int>, 4> settings = {{
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
}};

template <std::size_t size>
bool one_of(const char* word, const std::array<std::string_view, size>& words) {
  for (const std::string_view known : words) {
    if (word != nullptr && known == word) return true;
  }
  return false;
}

bool harmless_pragma(const char* name) {
  static constexpr std::array<std::string_view, 3> names = {"data_version", "integrity_check",
                                                            "quick_check"};
  return one_of(name, names);
}

bool harmful_function(const char* name) {
  static constexpr std::array<std::string_view, 6> names = {
      "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "zipfile"};
  return one_of(name, names);
}

/// sqlite3_set_authorizer's callback; `writable` is not null when rows may be changed.
int authorize(void* writable, int action, const char* first, const char* second, const char*,
              const char*) {
  bool allowed = false;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_TRANSACTION:
      allowed = true;
      break;
    case SQLITE_FUNCTION:  // its name comes second
      allowed = !harmful_function(second);
      break;
    case SQLITE_PRAGMA:
      allowed = harmless_pragma(first);
      break;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
      allowed = writable != nullptr && !std::string_view(first).starts_with("sqlite_");
      break;
    default:
      break;
  }
  return allowed ? SQLITE_OK : SQLITE_DENY;
}

int interrupt_when_over(void* deadline) {
  return static_cast<const Deadline*>(deadline)->over() ? 1 : 0;
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

void Deadline::start(std::chrono::seconds limit) {
  at_ = now_ns() + std::chrono::nanoseconds(limit).count();
}

bool Deadline::over() const { return now_ns() > at_; }

void restrain(SQLite::Database& database, Deadline& deadline) {
  sqlite3* handle = database.getHandle();
  for (const auto& [limit, value] : limits) sqlite3_limit(handle, limit, value);
  for (const auto& [setting, value] : settings) {
    sqlite3_db_config(handle, setting, value, nullptr);
  }
  sqlite3_progress_handler(handle, operations_between_looks, interrupt_when_over, &deadline);
  database.exec("PRAGMA cell_size_check = ON");
  database.exec("PRAGMA mmap_size = 0");
  database.exec("PRAGMA temp_store = MEMORY");
}

void seal_connection(SQLite::Database& database, bool writable) {
  sqlite3* handle = database.getHandle();
  sqlite3_set_authorizer(handle, authorize, writable ? handle : nullptr);
}

}  // namespace paretune::results
