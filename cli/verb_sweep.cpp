// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "cli/exit_code.h"
#include "cli/lock.h"
#include "cli/sweep_job.h"
#include "cli/verbs.h"
#include "harness/machine_control.h"
#include "search/strategy.h"

namespace paretune::cli {
namespace {

struct Options {
  std::string study, db = "results.db";
  bool resume = false, json = false, prepare = false;
  std::optional<int> candidates;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> strategy;
};

/// Undoes what a sweep that crashed left, and prepares the machine when that is asked for.
std::unique_ptr<harness::PreparedMachine> prepare_machine(const Options& options) {
  const std::string state_file = options.db + ".machine-state";
  for (const std::string& line : harness::restore_machine(state_file)) {
    fmt::print(stderr, "Left by an earlier sweep, restored: {}\n", line);
  }
  if (!options.prepare) return nullptr;
  auto prepared = std::make_unique<harness::PreparedMachine>(state_file);
  for (const std::string& line : prepared->changed()) {
    fmt::print(stderr, "Until the sweep ends: {}\n", line);
  }
  for (const std::string& line : prepared->refused()) {
    fmt::print(stderr, "Could not be changed: {}\n", line);
  }
  return prepared;
}

int sweep(const Options& options) {
  harness::Study study = harness::load_study(options.study);
  if (options.candidates) study.candidates = *options.candidates;
  if (options.seed) study.seed = *options.seed;
  if (options.strategy) study.strategy = *options.strategy;
  const DatabaseLock lock(options.db, study.name);
  results::Store store(options.db);
  const auto machine = prepare_machine(options);
  const auto summary = run_sweep(study, store, options.resume);
  print_outcome(store, summary, options.json);
  if (summary.interrupted) {
    fmt::print(stderr,
               "Interrupted; everything measured is saved. Go on with:\n  paretune sweep {} --db "
               "{} --resume\n",
               options.study, options.db);
    return kInterrupted;
  }
  fmt::print(stderr, "Next: paretune export --db {} --out package\n", options.db);
  return kOk;
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand("sweep", "run a study: measure candidates, confirm the best");
  verb->footer("Example: paretune sweep configs/fashion_mnist.yaml --db results.db --resume");
  const auto options = std::make_shared<Options>();
  std::vector<std::string> strategies;
  for (const auto& entry : search::strategies()) strategies.emplace_back(entry.name);
  verb->add_option("study", options->study, "study file (YAML)")->required();
  verb->add_option("--db", options->db, "results database, made when missing")
      ->capture_default_str();
  verb->add_flag("--resume", options->resume, "go on with the study's unfinished session");
  verb->add_flag("--prepare-machine", options->prepare,
                 "governor 'performance', turbo off, nice -5 where permitted; undone at the end");
  verb->add_option("--candidates", options->candidates, "instead of the study's search.candidates")
      ->check(CLI::PositiveNumber);
  verb->add_option("--seed", options->seed, "instead of the study's search.seed");
  verb->add_option("--strategy", options->strategy, "instead of the study's search.strategy")
      ->check(CLI::IsMember(strategies));
  verb->add_flag("--json", options->json, "summary and front as JSON");
  verb->callback([&action, options] { action = [options] { return sweep(*options); }; });
}

}  // namespace paretune::cli
