// SPDX-License-Identifier: Apache-2.0
#include "cli/sweep_job.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/progress_bar.h"
#include "cli/stop_signals.h"
#include "harness/errors.h"
#include "harness/objectives.h"
#include "harness/supervisor.h"
#include "results/plain_text.h"
#include "results/report.h"

namespace paretune::cli {
harness::TuneSummary run_sweep(const harness::Study& study, results::Store& store, bool resume,
                               const std::function<void(const std::string&)>& at_phase) {
  const StopSignals signals;
  ProgressBar bar;
  // /proc/self/exe would name the worker itself once it runs; the path is resolved here.
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  harness::Supervisor supervisor(study, {self.string(), "worker"});
  harness::TuneOptions options;
  options.resume = resume;
  options.stop = &StopSignals::flag();
  std::string phase;
  options.progress = [&](const harness::Progress& progress) {
    if (at_phase && progress.phase != phase) {
      bar.finish();
      at_phase(progress.phase);
    }
    phase = progress.phase;
    bar.show(progress);
  };
  try {
    auto summary = harness::tune(study, supervisor, store, options);
    bar.finish();
    return summary;
  } catch (const results::StoreError& error) {
    bar.finish();
    // Every result was durable before the next was begun.
    throw harness::WorkerError(
        fmt::format("{}; everything recorded before is safe, and once that is mended the same "
                    "command with --resume goes on",
                    error.what()));
  } catch (...) {
    bar.finish();
    throw;
  }
}

std::string front_text(const std::vector<results::CandidateRow>& rows) {
  return results::front_table(rows, 100, colour_wanted());
}

harness::Study study_of(const results::Store& store,
                        const std::vector<results::CandidateRow>& rows) {
  return rows.empty() ? harness::Study()
                      : harness::Study::from_json(store.config_json(rows.front().study_id));
}

std::string constraints_text(const harness::Study& study,
                             const std::vector<results::CandidateRow>& rows) {
  if (study.constraints.empty()) return "";
  std::vector<std::string> texts;
  for (const harness::Bound& bound : study.constraints) texts.push_back(bound.text);
  const auto broken = std::count_if(rows.begin(), rows.end(), [&](const auto& row) {
    return row.outcome == results::Outcome::ok &&
           !harness::may_keep(study.constraints, row.metrics);
  });
  return fmt::format("Constraints: {}; {} of {} candidates break them\n", fmt::join(texts, ", "),
                     broken, rows.size());
}

void print_outcome(const results::Store& store, const harness::TuneSummary& summary, bool json) {
  auto rows = store.candidates(summary.study_id);
  const harness::Study study = study_of(store, rows);
  harness::mark_front(study, rows);
  if (json) {
    nlohmann::json value = {{"study_id", summary.study_id},
                            {"session_id", summary.session_id},
                            {"baseline_id", summary.baseline_id},
                            {"candidates", summary.candidates},
                            {"failed", summary.failed},
                            {"kernel_trials", summary.kernel_trials},
                            {"interrupted", summary.interrupted},
                            {"best_id", nullptr},
                            {"verdict", summary.best_reason},
                            {"front", nlohmann::json::parse(results::front_json(rows))}};
    if (summary.best_id) value["best_id"] = *summary.best_id;
    fmt::print("{}\n", value.dump(2));
    return;
  }
  fmt::print("{}{}\nBest per set of devices:\n{}\n", front_text(rows),
             constraints_text(study, rows), results::best_per_device(rows));
  fmt::print("{} candidates and {} kernel settings measured, {} failed\n", summary.candidates,
             summary.kernel_trials, summary.failed);
  fmt::print("Verdict: {}\n", results::plain(summary.best_reason));
}

}  // namespace paretune::cli
