// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace paretune::results {

/// A query of a results database takes milliseconds: what takes this long was made to.
inline constexpr std::chrono::seconds statement_deadline{30};
/// For what reads or writes every page: checks and migrations.
inline constexpr std::chrono::seconds whole_file_deadline{600};
/// Longest text or blob in a results database, bytes (2 million samples; a model's layers).
inline constexpr int longest_value = 16 << 20;

/// When the statements of a connection are interrupted.
class Deadline {
 public:
  void start(std::chrono::seconds limit);
  bool over() const;

 private:
  std::atomic<std::int64_t> at_{INT64_MAX};  ///< steady clock, ns
};

/// A database may come from anywhere. First thing on a connection, before any statement: no
/// extensions, no triggers, DEFENSIVE, small limits (SQLite, "Defense Against The Dark Arts"),
/// statements interrupted at the deadline, which must outlive the connection.
void restrain(SQLite::Database& database, Deadline& deadline);

/// Last thing when opening: from now on only the statements the store is made of are compiled. No
/// ATTACH, no schema changes, no settings, no recursion; no writing unless `writable`.
void seal_connection(SQLite::Database& database, bool writable);

}  // namespace paretune::results
