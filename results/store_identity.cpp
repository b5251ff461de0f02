// SPDX-License-Identifier: Apache-2.0
#include "results/payload.h"
#include "results/read_rows.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

std::int64_t id_where(SQLite::Database& database, const std::string& condition,
                      const std::string& value) {
  Query query(database, "SELECT id FROM " + condition + " = ?", value);
  return query.next() ? query.integer(0) : 0;
}

std::string joined(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) result += (result.empty() ? "" : " ") + word;
  return result;
}

}  // namespace

std::int64_t Store::machine(const MachineRecord& machine) {
  return state_->write([&](SQLite::Database& database) {
    Query(database,
          "INSERT INTO machine (fingerprint, hostname, cpu, isa, os, compiler, devices_json) "
          "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO NOTHING",
          machine.fingerprint, machine.hostname, machine.cpu, machine.isa, machine.os,
          machine.compiler, machine.devices_json)
        .run();
    return id_where(database, "machine WHERE fingerprint", machine.fingerprint);
  });
}

std::int64_t Store::model(const ModelRecord& model) {
  return state_->write([&](SQLite::Database& database) {
    // The file may have moved since, and its layers may not have been known at first.
    Query(database,
          "INSERT INTO model (hash, path, name, layers_json) VALUES (?, ?, ?, ?) "
          "ON CONFLICT (hash) DO UPDATE SET path = excluded.path, layers_json = "
          "CASE WHEN excluded.layers_json = '' THEN layers_json ELSE excluded.layers_json END",
          model.hash, model.path, model.name, model.layers_json)
        .run();
    return id_where(database, "model WHERE hash", model.hash);
  });
}

std::int64_t Store::study(const StudyRecord& study) {
  return state_->write([&](SQLite::Database& database) {
    Query(database,
          "INSERT INTO study (hash, name, config_json, model_id) VALUES (?, ?, ?, ?) "
          "ON CONFLICT (hash) DO NOTHING",
          study.hash, study.name, study.config_json, study.model_id)
        .run();
    return id_where(database, "study WHERE hash", study.hash);
  });
}

std::optional<std::int64_t> Store::find_study(std::string_view hash) const {
  return state_->read([&](SQLite::Database& database) -> std::optional<std::int64_t> {
    const std::int64_t id = id_where(database, "study WHERE hash", std::string(hash));
    if (id == 0) return std::nullopt;
    return id;
  });
}

std::int64_t Store::candidate(std::int64_t study_id, const model::Candidate& candidate,
                              std::string_view point, std::string_view origin) {
  CandidateRow row;
  row.candidate = candidate;
  return state_->write([&](SQLite::Database& database) {
    Query(database,
          "INSERT INTO candidate (study_id, point, hash, origin, runtime, threads, batch, schemes, "
          "devices, choices, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '') "
          "ON CONFLICT (study_id, point) DO NOTHING",
          study_id, point, candidate.hash(), origin, candidate.runtime, candidate.threads,
          candidate.batch, joined(row.schemes()), joined(row.devices()), candidate.json())
        .run();
    const bool added = database.getChanges() > 0;
    Query query(database, "SELECT id FROM candidate WHERE study_id = ? AND point = ?", study_id,
                point);
    query.next();
    const std::int64_t id = query.integer(0);
    if (added) seal(database, "candidate", id);
    return id;
  });
}

std::string Store::layers_json(std::int64_t study_id) const {
  return state_->read([&](SQLite::Database& database) {
    Query query(
        database,
        "SELECT m.layers_json FROM study s JOIN model m ON m.id = s.model_id WHERE s.id = ?",
        study_id);
    return query.next() ? bounded_json(query.raw(0), "list of layers") : std::string();
  });
}

std::string Store::config_json(std::int64_t study_id) const {
  return state_->read([&](SQLite::Database& database) {
    Query query(database, "SELECT config_json FROM study WHERE id = ?", study_id);
    return query.next() ? bounded_json(query.raw(0), "configuration") : std::string();
  });
}

}  // namespace paretune::results
