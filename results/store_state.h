// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "results/guard.h"
#include "results/plain_text.h"
#include "results/store.h"

namespace paretune::results {

/// One sentence that names the file and what to do.
StoreError explain(const std::filesystem::path& file, const SQLite::Exception& error);

/// SQL for the time of recording.
inline constexpr const char* now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/// A statement with its arguments bound in order; NaN and empty optionals become NULL.
class Query {
 public:
  template <class... Values>
  Query(SQLite::Database& database, const std::string& sql, const Values&... values)
      : statement_(database, sql) {
    (bind(values), ...);
  }

  bool next() { return statement_.executeStep(); }
  void run() { statement_.exec(); }

  std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
  /// For people, and for comparing with what people cannot see: plain().
  std::string text(int column) const { return plain(raw(column)); }
  /// As it stands in the file.
  std::string raw(int column) const { return statement_.getColumn(column).getString(); }
  double real(int column) const {
    const SQLite::Column value = statement_.getColumn(column);
    return value.isNull() ? std::numeric_limits<double>::quiet_NaN() : value.getDouble();
  }
  std::optional<std::int64_t> optional(int column) const {
    if (statement_.getColumn(column).isNull()) return std::nullopt;
    return integer(column);
  }

 private:
  void bind(std::int64_t value) { statement_.bind(++bound_, static_cast<int64_t>(value)); }
  void bind(int value) { statement_.bind(++bound_, value); }
  void bind(double value) {
    if (std::isnan(value)) {
      statement_.bind(++bound_);
    } else {
      statement_.bind(++bound_, value);
    }
  }
  void bind(std::string_view value) { statement_.bind(++bound_, std::string(value)); }
  void bind(const std::string& value) { statement_.bind(++bound_, value); }
  void bind(const std::optional<std::int64_t>& value) {
    if (value) {
      bind(*value);
    } else {
      statement_.bind(++bound_);
    }
  }

  SQLite::Statement statement_;
  int bound_ = 0;
};

struct Store::State {
  std::filesystem::path file;
  Mode mode = Mode::read_write;
  mutable Deadline deadline;  ///< outlives the connection
  std::unique_ptr<SQLite::Database> database;

  /// Runs `work` within `limit`; SQLite's exceptions become StoreError.
  template <class Work>
  auto read(Work work, std::chrono::seconds limit = statement_deadline) const {
    deadline.start(limit);
    try {
      return work(*database);
    } catch (const SQLite::Exception& error) {
      throw explain(file, error);
    }
  }

  /// As read(), within one IMMEDIATE transaction that is durable on return.
  template <class Work>
  auto write(Work work) const {
    if (mode == Mode::read_only) {
      throw StoreError("the results database '" + file.string() + "' was opened for reading only");
    }
    return read([&](SQLite::Database& opened) {
      SQLite::Transaction transaction(opened, SQLite::TransactionBehavior::IMMEDIATE);
      const std::int64_t id = work(opened);
      transaction.commit();
      return id;
    });
  }
};

}  // namespace paretune::results
