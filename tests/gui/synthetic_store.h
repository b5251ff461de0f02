// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "results/store.h"

namespace paretune::gui::testing {

/// A layered model of twelve layers, as ModelRecord::layers_json has it.
std::string layers_json();
/// Row without a store: metrics as a plausible candidate has them.
results::CandidateRow make_row(std::int64_t id, std::mt19937& random);
std::vector<results::CandidateRow> make_rows(std::size_t count, unsigned seed);

/// Writes a results file with one study and lets a test go on writing to it.
class Writer {
 public:
  explicit Writer(const std::filesystem::path& file, std::int64_t planned = 100,
                  const std::string& study = "resnet8-night");
  /// A candidate with metrics like make_row's; the first is the baseline. Returns its id.
  std::int64_t add();
  std::int64_t add(const model::Candidate& candidate, double latency_ms, double memory_mib,
                   double accuracy);
  std::int64_t add_failed(results::Outcome outcome, const std::string& reason);
  void end();
  std::int64_t study_id() const { return study_id_; }
  results::Store& store() { return store_; }

 private:
  results::Store store_;
  std::int64_t study_id_ = 0;
  std::int64_t session_id_ = 0;
  int made_ = 0;
  std::mt19937 random_{1};
};

}  // namespace paretune::gui::testing
