// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "results/store.h"

namespace paretune::results::testing {

/// A folder of its own that goes away with the object.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "paretune-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    folder_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path file(const std::string& name = "results.db") const {
    return folder_ / name;
  }

 private:
  std::filesystem::path folder_;
};

/// Rows every evaluation needs.
struct Rows {
  std::int64_t machine = 0, model = 0, study = 0, session = 0;
};

inline Rows add_rows(Store& store, const std::string& study = "study") {
  Rows rows;
  rows.machine = store.machine({"fingerprint", "host", "cpu", "avx2", "os", "g++", "[]"});
  rows.model = store.model({"model-hash", "/models/a.onnx", "a", "[]"});
  rows.study = store.study({study, study + "-hash", "{}", rows.model});
  rows.session = store.begin_session(rows.study, rows.machine, 10, 1);
  return rows;
}

inline model::Candidate candidate_on(const std::string& device,
                                     const std::string& scheme = "fp32") {
  model::Candidate candidate;
  candidate.layers["L000/conv"] = {scheme, device, "direct", {{"bm", 64}}};
  candidate.layers["L001/fc"] = {"fp32", "cpu", "dot", {}};
  candidate.threads = 4;
  candidate.batch = 2;
  return candidate;
}

inline EvaluationRecord success(const Rows& rows, std::int64_t candidate,
                                std::vector<Metric> metrics, int block = 0) {
  EvaluationRecord evaluation;
  evaluation.session_id = rows.session;
  evaluation.candidate_id = candidate;
  evaluation.block = block;
  evaluation.measurement.metrics = std::move(metrics);
  evaluation.measurement.wall_ns = {3, 1, 2};
  return evaluation;
}

inline EvaluationRecord failure(const Rows& rows, std::int64_t candidate, Outcome outcome) {
  EvaluationRecord evaluation;
  evaluation.session_id = rows.session;
  evaluation.candidate_id = candidate;
  evaluation.outcome = outcome;
  evaluation.failure = {outcome, "latency", "it failed", 11};
  return evaluation;
}

inline Metric exact(const std::string& name, double value) {
  return {name, value, value, value, 1};
}

}  // namespace paretune::results::testing
