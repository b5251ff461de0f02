// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "results/payload.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

constexpr std::size_t most_faults = 100;

/// Marks the session's valid rows of a table whose `column` is above `after`; how many there were.
std::int64_t invalidate_rows(SQLite::Database& database, std::string_view table,
                             std::string_view column, std::int64_t session, std::int64_t after,
                             std::string_view reason) {
  std::vector<std::int64_t> ids;
  {
    Query query(database,
                fmt::format("SELECT id FROM {} WHERE session_id = ? AND {} > ? AND invalid IS NULL",
                            table, column),
                session, after);
    while (query.next()) ids.push_back(query.integer(0));
  }
  for (const std::int64_t id : ids) {
    Query(database, fmt::format("UPDATE {} SET invalid = ? WHERE id = ?", table), reason, id).run();
    seal(database, table, id);
  }
  return static_cast<std::int64_t>(ids.size());
}

}  // namespace

std::int64_t Store::invalidate(std::int64_t session_id, std::int64_t after_evaluation,
                               std::int64_t after_kernel, std::string_view reason) {
  return state_->write([&](SQLite::Database& database) {
    // What was concluded from samples that no longer count does not count either.
    invalidate_rows(database, "comparison", "after_evaluation", session_id, after_evaluation,
                    reason);
    return invalidate_rows(database, "evaluation", "id", session_id, after_evaluation, reason) +
           invalidate_rows(database, "kernel_evaluation", "id", session_id, after_kernel, reason);
  });
}

std::vector<std::string> Store::verify() const {
  return state_->read(
      [](SQLite::Database& database) {
        std::vector<std::string> faults;
        Query check(database, fmt::format("PRAGMA integrity_check({})", most_faults));
        while (check.next()) {
          if (check.text(0) != "ok") faults.push_back("the database is damaged: " + check.text(0));
        }
        for (const std::string_view table : hashed_tables()) {
          for (std::string& fault : payload_faults(database, table, most_faults - faults.size())) {
            faults.push_back(std::move(fault));
          }
        }
        return faults;
      },
      whole_file_deadline);
}

}  // namespace paretune::results
