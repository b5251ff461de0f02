// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "harness/study.h"
#include "harness/supervisor.h"
#include "results/store.h"

namespace paretune::harness {

/// What tune() reports while it works; drawn by the CLI between measurements only.
struct Progress {
  std::string phase;  ///< "describe", "calibrate", "baseline", "kernels", "search", "confirm"
  std::int64_t done = 0, planned = 0, failed = 0;
  std::string last;  ///< one line on what just ended
};

struct TuneOptions {
  bool resume = false;  ///< continue the newest session of the same study; nothing already recorded
                        ///< is repeated
  std::function<void(const Progress&)> progress;
  const std::atomic<bool>* stop = nullptr;  ///< set by SIGINT: stop after the request in flight
  double canary_pause = 2;  ///< seconds to wait after a bad canary; twice as long after the next
};

struct TuneSummary {
  std::int64_t study_id = 0, session_id = 0, baseline_id = 0;
  std::int64_t candidates = 0, failed = 0, kernel_trials = 0;
  bool interrupted = false;
  std::optional<std::int64_t>
      best_id;  ///< what export takes by default; the baseline when no win was confirmed
  std::string best_reason;  ///< "win: 0.31x the baseline's latency [0.30, 0.32], n=60" or
                            ///< "inconclusive: ..."
};

/// Runs a study: describe, calibrate, baseline, kernel level, seeds, search, confirmation. Every
/// result is committed before the next request. What is tried follows from the study, its seed
/// and what is recorded: a resumed run goes on as the interrupted one would have. (Seeds made of
/// kernel times and what evolutionary search proposes depend on what was measured.) Throws what
/// Evaluator::describe throws, ConfigError for a rule that fits no layer, and results::StoreError.
TuneSummary tune(const Study& study, Evaluator& evaluator, results::Store& store,
                 const TuneOptions& options = {});

/// The candidate to ship among a study's rows: lowest ratio among those whose comparison was won,
/// whose accuracy is within study.max_accuracy_drop of the baseline and which keep the study's
/// constraints; the baseline when there is none. Where the baseline breaks the constraints: the
/// fastest confirmed one that keeps them, or candidate 0. The reason says which and why.
struct Choice {
  std::int64_t candidate_id = 0;
  std::string reason;
};
Choice choose_best(const Study& study, const std::vector<results::CandidateRow>& rows);

}  // namespace paretune::harness
