// SPDX-License-Identifier: Apache-2.0
#include "results/store_state.h"

namespace paretune::results {

namespace {

// done: candidates tried in the session; failed: those of them that never succeeded in it.
constexpr const char* session_columns =
    "SELECT s.id, s.study_id, y.name, m.name, s.state, s.started, coalesce(s.ended, ''), "
    "s.planned, "
    "(SELECT count(DISTINCT e.candidate_id) FROM evaluation e WHERE e.session_id = s.id), "
    "(SELECT count(DISTINCT e.candidate_id) FROM evaluation e "
    " WHERE e.session_id = s.id AND e.outcome = 'ok'), "
    "(SELECT count(*) FROM kernel_evaluation k WHERE k.session_id = s.id) "
    "FROM session s JOIN study y ON y.id = s.study_id JOIN model m ON m.id = y.model_id ";

SessionRow session_row(const Query& query) {
  SessionRow row;
  row.id = query.integer(0);
  row.study_id = query.integer(1);
  row.study = query.text(2);
  row.model = query.text(3);
  row.state = query.text(4);
  row.started = query.text(5);
  row.ended = query.text(6);
  row.planned = query.integer(7);
  row.done = query.integer(8);
  row.failed = row.done - query.integer(9);
  row.kernel_trials = query.integer(10);
  return row;
}

}  // namespace

std::int64_t Store::begin_session(std::int64_t study_id, std::int64_t machine_id,
                                  std::int64_t planned, std::uint64_t seed) {
  return state_->write([&](SQLite::Database& database) {
    // SQLite has no unsigned integers: the seed keeps its 64 bits.
    Query(database,
          "INSERT INTO session (study_id, machine_id, state, started, planned, seed) "
          "VALUES (?, ?, 'running', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?, ?)",
          study_id, machine_id, planned, static_cast<std::int64_t>(seed))
        .run();
    return database.getLastInsertRowid();
  });
}

void Store::set_planned(std::int64_t session_id, std::int64_t planned) {
  state_->write([&](SQLite::Database& database) {
    Query(database, "UPDATE session SET planned = ? WHERE id = ?", planned, session_id).run();
    return session_id;
  });
}

void Store::end_session(std::int64_t session_id, std::string_view state) {
  state_->write([&](SQLite::Database& database) {
    Query(database,
          "UPDATE session SET state = ?, ended = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') "
          "WHERE id = ?",
          state, session_id)
        .run();
    return session_id;
  });
}

std::optional<SessionRow> Store::last_session(std::int64_t study_id) const {
  return state_->read([&](SQLite::Database& database) -> std::optional<SessionRow> {
    Query query(database,
                std::string(session_columns) + "WHERE s.study_id = ? ORDER BY s.id DESC LIMIT 1",
                study_id);
    if (!query.next()) return std::nullopt;
    return session_row(query);
  });
}

std::vector<SessionRow> Store::sessions() const {
  return state_->read([&](SQLite::Database& database) {
    Query query(database, std::string(session_columns) + "ORDER BY s.id");
    std::vector<SessionRow> rows;
    while (query.next()) rows.push_back(session_row(query));
    return rows;
  });
}

}  // namespace paretune::results
