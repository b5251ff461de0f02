// SPDX-License-Identifier: Apache-2.0
#include "results/payload.h"
#include "results/samples.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

void write_metrics(SQLite::Database& database, std::int64_t evaluation_id,
                   const std::vector<Metric>& metrics) {
  for (const Metric& metric : metrics) {
    Query(database,
          "INSERT INTO metric (evaluation_id, name, value, lo, hi, n) VALUES (?, ?, ?, ?, ?, ?)",
          evaluation_id, metric.name, metric.value, metric.lo, metric.hi, metric.n)
        .run();
  }
}

void write_measurement(SQLite::Database& database, std::int64_t id, const Measurement& measured) {
  write_metrics(database, id, measured.metrics);
  write_samples(database, "evaluation_id", id, "wall", measured.wall_ns);
  write_samples(database, "evaluation_id", id, "cpu", measured.cpu_ns);
  write_samples(database, "evaluation_id", id, "incumbent_wall", measured.incumbent_wall_ns);
  write_samples(database, "evaluation_id", id, "incumbent_cpu", measured.incumbent_cpu_ns);
  write_samples(database, "evaluation_id", id, "marks", measured.marks);
}

}  // namespace

std::int64_t Store::record(const EvaluationRecord& evaluation) {
  return state_->write([&](SQLite::Database& database) {
    const bool ok = evaluation.outcome == Outcome::ok;
    const Failure& failure = evaluation.failure;
    Query(database,
          std::string("INSERT INTO evaluation (session_id, candidate_id, attempt, block, "
                      "restart, paired_with, outcome, stage, reason, signal, numerics, conditions, "
                      "seconds, recorded, payload) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ") +
              now + ", '')",
          evaluation.session_id, evaluation.candidate_id, evaluation.attempt, evaluation.block,
          evaluation.restart, evaluation.paired_with, to_text(evaluation.outcome),
          ok ? "" : failure.stage, ok ? "" : failure.reason, ok ? 0 : failure.signal,
          ok ? evaluation.measurement.numerics : "", ok ? evaluation.measurement.conditions : "",
          evaluation.seconds)
        .run();
    const std::int64_t id = database.getLastInsertRowid();
    if (ok) write_measurement(database, id, evaluation.measurement);
    seal(database, "evaluation", id);
    return id;
  });
}

std::int64_t Store::record(const KernelRecord& kernel) {
  const std::optional<std::int64_t> session =
      kernel.session_id == 0 ? std::nullopt : std::optional(kernel.session_id);
  return state_->write([&](SQLite::Database& database) {
    Query(
        database,
        std::string("INSERT INTO kernel_evaluation (session_id, key, workload, kernel, version, "
                    "device, knobs, threads, machine, protocol, cache_state, outcome, stage, "
                    "reason, signal, p50_ns, lo_ns, hi_ns, compile_seconds, recorded, "
                    "payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ") +
            now + ", '')",
        session, kernel.key(), kernel.workload, kernel.kernel, kernel.version, kernel.device,
        kernel.knobs, kernel.threads, kernel.machine, kernel.protocol, kernel.cache_state,
        to_text(kernel.outcome), kernel.failure.stage, kernel.failure.reason, kernel.failure.signal,
        kernel.p50_ns, kernel.lo_ns, kernel.hi_ns, kernel.compile_seconds)
        .run();
    const std::int64_t id = database.getLastInsertRowid();
    write_samples(database, "kernel_evaluation_id", id, "wall", kernel.wall_ns);
    write_samples(database, "kernel_evaluation_id", id, "cpu", kernel.cpu_ns);
    seal(database, "kernel_evaluation", id);
    return id;
  });
}

void Store::record(const AccuracyRecord& accuracy) {
  state_->write([&](SQLite::Database& database) {
    Query(database,
          std::string("INSERT INTO accuracy (study_id, numerics, split, metric, value, lo, hi, n, "
                      "recorded, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ") +
              now +
              ", '') ON CONFLICT (study_id, numerics, split, metric) DO UPDATE SET "
              "value = excluded.value, lo = excluded.lo, hi = excluded.hi, n = excluded.n, "
              "recorded = excluded.recorded",
          accuracy.study_id, accuracy.numerics, accuracy.split, accuracy.metric, accuracy.value,
          accuracy.lo, accuracy.hi, accuracy.n)
        .run();
    Query row(database,
              "SELECT id FROM accuracy "
              "WHERE study_id = ? AND numerics = ? AND split = ? AND metric = ?",
              accuracy.study_id, accuracy.numerics, accuracy.split, accuracy.metric);
    if (row.next()) seal(database, "accuracy", row.integer(0));
    return accuracy.study_id;
  });
}

void Store::record_artifact(std::int64_t candidate_id, std::string_view kind, std::string_view path,
                            std::string_view sha256) {
  state_->write([&](SQLite::Database& database) {
    Query(database,
          std::string("INSERT INTO artifact (candidate_id, kind, path, sha256, recorded) "
                      "VALUES (?, ?, ?, ?, ") +
              now + ")",
          candidate_id, kind, path, sha256)
        .run();
    return database.getLastInsertRowid();
  });
}

}  // namespace paretune::results
