// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paretune::results {

/// Tables whose rows carry the hash of their content in column payload, which is the last one.
const std::vector<std::string_view>& hashed_tables();

/// Computes the payloads of one table's rows: SHA-256 over type, length and bytes of every column
/// but the last and, for an evaluation, of its metrics (by name) and samples (by kind). It tells
/// damage and careless edits; whoever computes it anew can change anything.
class Payload {
 public:
  Payload(SQLite::Database& database, std::string_view table);
  /// 64 hex digits; "" when there is no such row. `stored` gets what the row says.
  std::string of(std::int64_t id, std::string* stored = nullptr);

 private:
  SQLite::Statement row_;
  std::vector<SQLite::Statement> children_;
};

/// Writes the payload of a row that is otherwise complete.
void seal(SQLite::Database& database, std::string_view table, std::int64_t id);
/// Throws StoreError naming the row when its payload is another.
void check_payload(SQLite::Database& database, std::string_view table, std::int64_t id);
/// One sentence per row of the table that is not what was recorded, at most `limit`.
std::vector<std::string> payload_faults(SQLite::Database& database, std::string_view table,
                                        std::size_t limit);

}  // namespace paretune::results
