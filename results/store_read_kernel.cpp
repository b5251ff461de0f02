// SPDX-License-Identifier: Apache-2.0
#include "results/payload.h"
#include "results/read_rows.h"
#include "results/samples.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

constexpr const char* kernel_columns =
    "SELECT id, workload, kernel, version, device, knobs, threads, machine, protocol, cache_state, "
    "outcome, stage, reason, signal, p50_ns, lo_ns, hi_ns, compile_seconds, session_id "
    "FROM kernel_evaluation ";

KernelRecord kernel_row(const Query& query) {
  KernelRecord row;
  row.workload = query.text(1);
  row.kernel = query.text(2);
  row.version = query.text(3);
  row.device = query.text(4);
  row.knobs = query.text(5);
  row.threads = static_cast<int>(query.integer(6));
  row.machine = query.text(7);
  row.protocol = static_cast<int>(query.integer(8));
  row.cache_state = query.text(9);
  row.outcome = stored_outcome(query.text(10), "kernel_evaluation");
  row.failure = {row.outcome, query.text(11), query.text(12), static_cast<int>(query.integer(13))};
  row.p50_ns = query.real(14);
  row.lo_ns = query.real(15);
  row.hi_ns = query.real(16);
  row.compile_seconds = query.real(17);
  row.session_id = query.optional(18).value_or(0);
  return row;
}

}  // namespace

std::optional<KernelRecord> Store::find_kernel(const KernelRecord& like) const {
  return state_->read([&](SQLite::Database& database) -> std::optional<KernelRecord> {
    Query query(database,
                std::string(kernel_columns) +
                    "WHERE key = ? AND invalid IS NULL "
                    "ORDER BY id DESC LIMIT 1",
                like.key());
    if (!query.next()) return std::nullopt;
    check_payload(database, "kernel_evaluation", query.integer(0));
    KernelRecord row = kernel_row(query);
    row.wall_ns = read_samples(database, "kernel_evaluation_id", query.integer(0), "wall");
    row.cpu_ns = read_samples(database, "kernel_evaluation_id", query.integer(0), "cpu");
    return row;
  });
}

std::vector<KernelRecord> Store::kernels(std::string_view workload, std::string_view device) const {
  return state_->read([&](SQLite::Database& database) {
    Query query(database,
                std::string(kernel_columns) +
                    "WHERE id IN (SELECT max(id) FROM kernel_evaluation "
                    "WHERE (?1 = '' OR workload = ?1) AND (?2 = '' OR device = ?2) "
                    "AND invalid IS NULL GROUP BY key) "
                    "ORDER BY outcome <> 'ok', p50_ns, id",
                workload, device);
    std::vector<KernelRecord> rows;
    while (query.next()) rows.push_back(kernel_row(query));
    return rows;
  });
}

std::optional<AccuracyRecord> Store::find_accuracy(std::int64_t study_id, std::string_view numerics,
                                                   std::string_view split) const {
  return state_->read([&](SQLite::Database& database) -> std::optional<AccuracyRecord> {
    Query query(database,
                "SELECT metric, value, lo, hi, n, id FROM accuracy "
                "WHERE study_id = ? AND numerics = ? AND split = ? ORDER BY id DESC LIMIT 1",
                study_id, numerics, split);
    if (!query.next()) return std::nullopt;
    check_payload(database, "accuracy", query.integer(5));
    AccuracyRecord row;
    row.numerics = numerics;
    row.split = split;
    row.metric = query.text(0);
    row.value = query.real(1);
    row.lo = query.real(2);
    row.hi = query.real(3);
    row.n = query.integer(4);
    row.study_id = study_id;
    return row;
  });
}

}  // namespace paretune::results
