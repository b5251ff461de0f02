// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <set>

#include "results/payload.h"
#include "results/plain_text.h"
#include "results/read_rows.h"
#include "results/samples.h"
#include "results/schema.h"
#include "results/store_state.h"
#include "search/pareto.h"

namespace paretune::results {

namespace {

constexpr const char* row_columns =
    "SELECT c.id, c.study_id, c.hash, c.point, c.origin, c.choices, o.outcome, o.stage, o.reason, "
    "o.signal, o.confirmed, o.row_version "
    "FROM candidate c JOIN v_outcome o ON o.candidate_id = c.id ";

CandidateRow candidate_row(const Query& query) {
  CandidateRow row;
  row.id = query.integer(0);
  row.study_id = query.integer(1);
  row.hash = query.text(2);
  row.point = query.text(3);
  row.origin = query.text(4);
  try {
    row.candidate = model::Candidate::from_json(bounded_json(query.raw(5), "candidate"));
  } catch (const StoreError&) {
    throw;
  } catch (const std::exception& error) {
    throw StoreError("the results database holds a candidate (id " + std::to_string(row.id) +
                     ") that cannot be read: " + plain(error.what(), 200));
  }
  row.outcome = stored_outcome(query.text(6), "evaluation");
  row.failure = {row.outcome, query.text(7), query.text(8), static_cast<int>(query.integer(9))};
  row.confirmed = query.integer(10) != 0;
  row.row_version = query.integer(11);
  return row;
}

using Metrics = std::map<std::int64_t, std::map<std::string, Metric>>;

void add_metric(Metrics& metrics, const Query& query) {
  Metric metric{query.text(1), query.real(2), query.real(3), query.real(4), query.integer(5)};
  std::string name = metric.name;
  metrics[query.integer(0)].emplace(std::move(name), std::move(metric));
}

Metrics study_metrics(SQLite::Database& database, std::int64_t study_id) {
  Query query(database,
              "SELECT m.candidate_id, m.name, m.value, m.lo, m.hi, m.n FROM v_metric m "
              "JOIN candidate c ON c.id = m.candidate_id WHERE c.study_id = ?",
              study_id);
  Metrics metrics;
  while (query.next()) add_metric(metrics, query);
  return metrics;
}

/// Objective vectors as v_front has them: NaN where a candidate lacks one, 0 where the whole study
/// does.
std::vector<search::Objectives> objectives_of(const std::vector<std::int64_t>& ids,
                                              const Metrics& metrics) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto& wanted = front_objectives();
  std::vector<search::Objectives> points(ids.size(), search::Objectives(wanted.size(), none));
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    bool present = k == 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto own = metrics.find(ids[i]);
      if (own == metrics.end()) continue;
      const auto found = own->second.find(std::string(wanted[k].metric));
      if (found == own->second.end()) continue;
      points[i][k] = wanted[k].sign * found->second.value;
      present = present || !std::isnan(points[i][k]);
    }
    if (present) continue;
    for (search::Objectives& point : points) point[k] = 0;
  }
  return points;
}

std::set<std::int64_t> front_of(SQLite::Database& database, std::int64_t study_id,
                                const Metrics& metrics) {
  Query query(database,
              "SELECT c.id FROM candidate c JOIN v_outcome o ON o.candidate_id = c.id "
              "WHERE c.study_id = ? AND o.outcome = 'ok'",
              study_id);
  std::vector<std::int64_t> ids;
  while (query.next()) ids.push_back(query.integer(0));
  std::set<std::int64_t> front;
  for (const std::size_t i : search::pareto_front(objectives_of(ids, metrics)))
    front.insert(ids[i]);
  return front;
}

/// Rows of one study get what other tables say about them.
void complete(SQLite::Database& database, std::int64_t study_id, std::vector<CandidateRow>& rows) {
  Metrics metrics = study_metrics(database, study_id);
  const std::set<std::int64_t> front = front_of(database, study_id, metrics);
  auto comparisons = newest_comparisons(database, study_id);
  for (CandidateRow& row : rows) {
    row.metrics = std::move(metrics[row.id]);
    row.on_front = front.contains(row.id);
    const auto found = comparisons.find(row.id);
    if (found != comparisons.end()) row.comparison = std::move(found->second);
  }
}

std::int64_t newest_study(SQLite::Database& database) {
  Query query(database, "SELECT coalesce(max(id), 0) FROM study");
  query.next();
  return query.integer(0);
}

/// All reads of `work` see one state of the database, whatever a writer commits meanwhile.
template <class Work>
auto at_one_moment(SQLite::Database& database, Work work) {
  SQLite::Transaction snapshot(
      database);  // deferred; rolled back at the end, for nothing was written
  return work();
}

std::optional<EvaluationRecord> evaluation_row(SQLite::Database& database, const Query& query) {
  EvaluationRecord row;
  const std::int64_t id = query.integer(0);
  row.session_id = query.integer(1);
  row.candidate_id = query.integer(2);
  row.attempt = static_cast<int>(query.integer(3));
  row.block = static_cast<int>(query.integer(4));
  row.paired_with = query.optional(5);
  row.measurement.numerics = query.text(6);
  row.seconds = query.real(7);
  row.restart = static_cast<int>(query.integer(8));
  row.measurement.conditions = query.raw(9);
  check_payload(database, "evaluation", id);
  Query metrics(database,
                "SELECT name, value, lo, hi, n FROM metric WHERE evaluation_id = ? ORDER BY name",
                id);
  while (metrics.next()) {
    row.measurement.metrics.push_back(
        {metrics.text(0), metrics.real(1), metrics.real(2), metrics.real(3), metrics.integer(4)});
  }
  const auto samples = [&](const char* kind) {
    return read_samples(database, "evaluation_id", id, kind);
  };
  row.measurement.wall_ns = samples("wall");
  row.measurement.cpu_ns = samples("cpu");
  row.measurement.incumbent_wall_ns = samples("incumbent_wall");
  row.measurement.incumbent_cpu_ns = samples("incumbent_cpu");
  row.measurement.marks = samples("marks");
  return row;
}

}  // namespace

std::vector<CandidateRow> Store::candidates(std::int64_t study_id, std::int64_t newer_than) const {
  return state_->read([&](SQLite::Database& database) {
    return at_one_moment(database, [&] {
      const std::int64_t study = study_id == 0 ? newest_study(database) : study_id;
      Query query(
          database,
          std::string(row_columns) + "WHERE c.study_id = ? AND o.row_version > ? ORDER BY c.id",
          study, newer_than);
      std::vector<CandidateRow> rows;
      while (query.next()) rows.push_back(candidate_row(query));
      if (rows.empty()) return rows;
      complete(database, study, rows);
      return rows;
    });
  });
}

std::optional<CandidateRow> Store::find_candidate(std::int64_t id) const {
  return state_->read([&](SQLite::Database& database) -> std::optional<CandidateRow> {
    return at_one_moment(database, [&]() -> std::optional<CandidateRow> {
      Query query(database, std::string(row_columns) + "WHERE c.id = ?", id);
      if (!query.next()) return std::nullopt;
      std::vector<CandidateRow> rows{candidate_row(query)};
      check_payload(database, "candidate", id);
      complete(database, rows.front().study_id, rows);
      return rows.front();
    });
  });
}

std::optional<EvaluationRecord> Store::latest_evaluation(std::int64_t candidate_id,
                                                         int block) const {
  return state_->read([&](SQLite::Database& database) -> std::optional<EvaluationRecord> {
    return at_one_moment(database, [&]() -> std::optional<EvaluationRecord> {
      Query query(database,
                  "SELECT id, session_id, candidate_id, attempt, block, paired_with, "
                  "coalesce(numerics, ''), seconds, restart, coalesce(conditions, '') "
                  "FROM evaluation WHERE candidate_id = ?1 AND outcome = 'ok' "
                  "AND (?2 < 0 OR block = ?2) AND invalid IS NULL "
                  "ORDER BY id DESC LIMIT 1",
                  candidate_id, block);
      if (!query.next()) return std::nullopt;
      return evaluation_row(database, query);
    });
  });
}

}  // namespace paretune::results
