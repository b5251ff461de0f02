// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "results/records.h"

namespace paretune::results {

/// The database cannot be used: unwritable, not ours, newer schema, damaged. One sentence (exit
/// code 2).
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The results database (SQLite; schema in docs/reference/schema.md). One writer; every record_*
/// call is one transaction that is durable when the call returns.
class Store {
 public:
  enum class Mode { read_write, read_only };
  /// read_write creates the file (and its folder must exist) when it is missing. Throws StoreError.
  explicit Store(const std::filesystem::path& file, Mode mode = Mode::read_write);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  // Identity rows: inserted once, found again by their hash; return the row id.
  std::int64_t machine(const MachineRecord& machine);
  std::int64_t model(const ModelRecord& model);
  std::int64_t study(const StudyRecord& study);
  std::optional<std::int64_t> find_study(std::string_view hash) const;

  // A session is one run of a study.
  std::int64_t begin_session(std::int64_t study_id, std::int64_t machine_id, std::int64_t planned,
                             std::uint64_t seed);
  void set_planned(std::int64_t session_id, std::int64_t planned);
  /// state: "done" or "interrupted".
  void end_session(std::int64_t session_id, std::string_view state);
  /// Newest session of the study, if any; a "running" one whose process is gone is marked
  /// interrupted by the caller.
  std::optional<SessionRow> last_session(std::int64_t study_id) const;
  std::vector<SessionRow> sessions() const;

  /// Inserts the candidate for the study, or returns the id it already has (same study and point).
  std::int64_t candidate(std::int64_t study_id, const model::Candidate& candidate,
                         std::string_view point, std::string_view origin);
  /// Returns the evaluation's id.
  std::int64_t record(const EvaluationRecord& evaluation);
  std::int64_t record(const KernelRecord& kernel);
  void record(const AccuracyRecord& accuracy);
  void record(const ComparisonRecord& comparison);
  void record(const CanaryRecord& canary);
  /// Comparisons of a study's sessions, oldest first ("" = every kind).
  std::vector<ComparisonRecord> comparisons(std::int64_t study_id,
                                            std::string_view kind = "") const;
  std::vector<CanaryRecord> canaries(std::int64_t session_id) const;

  /// Results a bad canary took with it: evaluations and kernel evaluations of the session with ids
  /// above these no longer count (kept, with the reason); returns how many of both. Resume measures
  /// them again.
  std::int64_t invalidate(std::int64_t session_id, std::int64_t after_evaluation,
                          std::int64_t after_kernel, std::string_view reason);

  // Quarantine: one row per key; recording a key again replaces it.
  void quarantine(const QuarantineRecord& record);
  std::optional<QuarantineRecord> find_quarantine(std::string_view key) const;
  std::vector<QuarantineRecord> quarantined() const;
  /// Takes out one key, or all ("" = all); returns how many.
  std::int64_t release_quarantine(std::string_view key);

  /// Reads everything: PRAGMA integrity_check and the hash of every row's payload. Empty when
  /// sound, else one sentence per fault (100 at most).
  std::vector<std::string> verify() const;
  /// A file made from a candidate: kind "package", path, SHA-256.
  void record_artifact(std::int64_t candidate_id, std::string_view kind, std::string_view path,
                       std::string_view sha256);

  /// Successful or failed kernel measurement under that cache key.
  std::optional<KernelRecord> find_kernel(const KernelRecord& like) const;
  /// The newest row per cache key for a workload on a device ("" = every workload / device),
  /// fastest first, failures last. Without raw samples: find_kernel() has them.
  std::vector<KernelRecord> kernels(std::string_view workload, std::string_view device) const;
  std::optional<AccuracyRecord> find_accuracy(std::int64_t study_id, std::string_view numerics,
                                              std::string_view split) const;

  /// Candidates of a study (0 = newest study) with at least one evaluation, with on_front set by
  /// latency_p50_ms, memory_mib and accuracy; `newer_than` skips rows of evaluation id <= it.
  std::vector<CandidateRow> candidates(std::int64_t study_id = 0,
                                       std::int64_t newer_than = 0) const;
  std::optional<CandidateRow> find_candidate(std::int64_t id) const;
  /// The raw samples of a candidate's latest successful evaluation (block -1 = any).
  std::optional<EvaluationRecord> latest_evaluation(std::int64_t candidate_id,
                                                    int block = -1) const;
  /// Layer list of the study's model (ModelRecord::layers_json).
  std::string layers_json(std::int64_t study_id) const;
  std::string config_json(std::int64_t study_id) const;

  /// Changes whenever another connection committed (PRAGMA data_version): cheap to poll.
  std::int64_t data_version() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paretune::results
