// SPDX-License-Identifier: Apache-2.0
#include "results/payload.h"

#include <fmt/format.h>

#include <bit>

#include "model/candidate.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

void append(std::string& bytes, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i));
}

/// Type, then the value, with its length where that varies: no two rows give the same bytes.
void append(std::string& bytes, const SQLite::Column& value) {
  if (value.isInteger()) {
    bytes += 'I';
    append(bytes, static_cast<std::uint64_t>(value.getInt64()));
  } else if (value.isFloat()) {
    bytes += 'R';
    append(bytes, std::bit_cast<std::uint64_t>(value.getDouble()));
  } else if (value.isNull()) {
    bytes += 'N';
  } else {
    bytes += value.isText() ? 'T' : 'B';
    const void* data = value.getBlob();
    const auto size = static_cast<std::size_t>(value.getBytes());
    append(bytes, size);
    if (size > 0) bytes.append(static_cast<const char*>(data), size);
  }
}

std::string select_row(std::string_view table) {
  return fmt::format("SELECT * FROM {} WHERE id = ?", table);
}

std::string difference(std::string_view table, std::int64_t id) {
  return fmt::format(
      "row {} of table {} is not what was recorded: it was damaged or edited; restore the results "
      "database from a copy or measure again in a new one",
      id, table);
}

}  // namespace

const std::vector<std::string_view>& hashed_tables() {
  static const std::vector<std::string_view> names = {
      "candidate", "evaluation", "kernel_evaluation", "accuracy", "comparison", "canary"};
  return names;
}

Payload::Payload(SQLite::Database& database, std::string_view table)
    : row_(database, select_row(table)) {
  if (table == "evaluation") {
    children_.emplace_back(database,
                           "SELECT name, value, lo, hi, n FROM metric WHERE evaluation_id = ? "
                           "ORDER BY name");
  }
  if (table == "evaluation" || table == "kernel_evaluation") {
    children_.emplace_back(
        database,
        fmt::format("SELECT kind, nanoseconds FROM samples WHERE {}_id = ? ORDER BY kind", table));
  }
}

std::string Payload::of(std::int64_t id, std::string* stored) {
  row_.reset();
  row_.bind(1, static_cast<int64_t>(id));
  if (!row_.executeStep()) return "";
  std::string bytes;
  const int last = row_.getColumnCount() - 1;
  for (int i = 0; i < last; ++i) append(bytes, row_.getColumn(i));
  if (stored != nullptr) *stored = row_.getColumn(last).getString();
  row_.reset();
  for (SQLite::Statement& rows : children_) {
    rows.bind(1, static_cast<int64_t>(id));
    while (rows.executeStep()) {
      bytes += '\n';
      for (int i = 0; i < rows.getColumnCount(); ++i) append(bytes, rows.getColumn(i));
    }
    rows.reset();
    bytes += '\f';
  }
  return model::sha256(bytes);
}

void seal(SQLite::Database& database, std::string_view table, std::int64_t id) {
  Query(database, fmt::format("UPDATE {} SET payload = ? WHERE id = ?", table),
        Payload(database, table).of(id), id)
      .run();
}

void check_payload(SQLite::Database& database, std::string_view table, std::int64_t id) {
  std::string stored;
  if (Payload(database, table).of(id, &stored) == stored) return;
  throw StoreError(difference(table, id));
}

std::vector<std::string> payload_faults(SQLite::Database& database, std::string_view table,
                                        std::size_t limit) {
  std::vector<std::string> faults;
  Payload payload(database, table);
  Query rows(database, fmt::format("SELECT id FROM {} ORDER BY id", table));
  while (faults.size() < limit && rows.next()) {
    std::string stored;
    const std::int64_t id = rows.integer(0);
    if (payload.of(id, &stored) != stored) faults.push_back(difference(table, id));
  }
  return faults;
}

}  // namespace paretune::results
