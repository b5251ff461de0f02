// SPDX-License-Identifier: Apache-2.0
#include "results/payload.h"
#include "results/read_rows.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

constexpr const char* comparison_columns =
    "SELECT x.session_id, x.candidate_id, x.against_id, x.kind, x.verdict, x.ratio, x.lo, x.hi, "
    "x.level, x.margin, x.pairs, x.restarts, x.blocks, x.more_pairs, x.reason "
    "FROM comparison x JOIN session s ON s.id = x.session_id ";

ComparisonRecord comparison_row(const Query& query) {
  ComparisonRecord row;
  row.session_id = query.integer(0);
  row.candidate_id = query.integer(1);
  row.against_id = query.integer(2);
  row.kind = query.text(3);
  row.verdict = query.text(4);
  row.ratio = query.real(5);
  row.lo = query.real(6);
  row.hi = query.real(7);
  row.level = query.real(8);
  row.margin = query.real(9);
  row.pairs = query.integer(10);
  row.restarts = query.integer(11);
  row.blocks = query.integer(12);
  row.more_pairs = query.integer(13);
  row.reason = query.text(14);
  return row;
}

CanaryRecord canary_row(const Query& query) {
  CanaryRecord row;
  row.session_id = query.integer(0);
  row.device = query.text(1);
  row.outcome = stored_outcome(query.text(2), "canary");
  row.reason = query.text(3);
  row.p50_ns = query.real(4);
  row.expected_ns = query.real(5);
  row.good = query.integer(6) != 0;
  row.after_evaluation = query.integer(7);
  row.after_kernel = query.integer(8);
  return row;
}

constexpr const char* quarantine_columns =
    "SELECT key, what, device, driver, crashes, reason, recorded FROM quarantine ";

QuarantineRecord quarantine_row(const Query& query) {
  return {query.text(0),    query.text(1), query.text(2), query.text(3),
          query.integer(4), query.text(5), query.text(6)};
}

}  // namespace

void Store::record(const ComparisonRecord& comparison) {
  state_->write([&](SQLite::Database& database) {
    Query(database,
          std::string("INSERT INTO comparison (session_id, candidate_id, against_id, kind, "
                      "verdict, ratio, lo, hi, level, margin, pairs, restarts, blocks, more_pairs, "
                      "reason, after_evaluation, recorded, payload) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                      "(SELECT coalesce(max(id), 0) FROM evaluation), ") +
              now + ", '')",
          comparison.session_id, comparison.candidate_id, comparison.against_id, comparison.kind,
          comparison.verdict, comparison.ratio, comparison.lo, comparison.hi, comparison.level,
          comparison.margin, comparison.pairs, comparison.restarts, comparison.blocks,
          comparison.more_pairs, comparison.reason)
        .run();
    const std::int64_t id = database.getLastInsertRowid();
    seal(database, "comparison", id);
    return id;
  });
}

void Store::record(const CanaryRecord& canary) {
  state_->write([&](SQLite::Database& database) {
    Query(database,
          std::string("INSERT INTO canary (session_id, device, outcome, reason, p50_ns, "
                      "expected_ns, good, after_evaluation, after_kernel, recorded, payload) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ") +
              now + ", '')",
          canary.session_id, canary.device, to_text(canary.outcome), canary.reason, canary.p50_ns,
          canary.expected_ns, canary.good ? 1 : 0, canary.after_evaluation, canary.after_kernel)
        .run();
    const std::int64_t id = database.getLastInsertRowid();
    seal(database, "canary", id);
    return id;
  });
}

std::vector<ComparisonRecord> Store::comparisons(std::int64_t study_id,
                                                 std::string_view kind) const {
  return state_->read([&](SQLite::Database& database) {
    Query query(database,
                std::string(comparison_columns) +
                    "WHERE s.study_id = ?1 AND (?2 = '' OR x.kind = ?2) AND x.invalid IS NULL "
                    "ORDER BY x.id",
                study_id, kind);
    std::vector<ComparisonRecord> rows;
    while (query.next()) rows.push_back(comparison_row(query));
    return rows;
  });
}

std::map<std::int64_t, ComparisonRecord> newest_comparisons(SQLite::Database& database,
                                                            std::int64_t study_id) {
  Query query(database,
              std::string(comparison_columns) +
                  "WHERE s.study_id = ? AND x.kind = 'finalist' AND x.invalid IS NULL "
                  "ORDER BY x.id",
              study_id);
  std::map<std::int64_t, ComparisonRecord> newest;
  while (query.next()) newest.insert_or_assign(query.integer(1), comparison_row(query));
  return newest;
}

std::vector<CanaryRecord> Store::canaries(std::int64_t session_id) const {
  return state_->read([&](SQLite::Database& database) {
    Query query(database,
                "SELECT session_id, device, outcome, reason, p50_ns, expected_ns, good, "
                "after_evaluation, after_kernel FROM canary WHERE session_id = ? ORDER BY id",
                session_id);
    std::vector<CanaryRecord> rows;
    while (query.next()) rows.push_back(canary_row(query));
    return rows;
  });
}

void Store::quarantine(const QuarantineRecord& record) {
  state_->write([&](SQLite::Database& database) {
    Query(database,
          std::string("INSERT INTO quarantine (key, what, device, driver, crashes, reason, "
                      "recorded) VALUES (?, ?, ?, ?, ?, ?, ") +
              now +
              ") ON CONFLICT (key) DO UPDATE SET what = excluded.what, device = excluded.device, "
              "driver = excluded.driver, crashes = excluded.crashes, reason = excluded.reason, "
              "recorded = excluded.recorded",
          record.key, record.what, record.device, record.driver, record.crashes, record.reason)
        .run();
    return std::int64_t{0};
  });
}

std::optional<QuarantineRecord> Store::find_quarantine(std::string_view key) const {
  return state_->read([&](SQLite::Database& database) -> std::optional<QuarantineRecord> {
    Query query(database, std::string(quarantine_columns) + "WHERE key = ?", key);
    if (!query.next()) return std::nullopt;
    return quarantine_row(query);
  });
}

std::vector<QuarantineRecord> Store::quarantined() const {
  return state_->read([&](SQLite::Database& database) {
    Query query(database, std::string(quarantine_columns) + "ORDER BY id");
    std::vector<QuarantineRecord> rows;
    while (query.next()) rows.push_back(quarantine_row(query));
    return rows;
  });
}

std::int64_t Store::release_quarantine(std::string_view key) {
  return state_->write([&](SQLite::Database& database) {
    Query(database, "DELETE FROM quarantine WHERE ?1 = '' OR key = ?1", key).run();
    return static_cast<std::int64_t>(database.getChanges());
  });
}

}  // namespace paretune::results
