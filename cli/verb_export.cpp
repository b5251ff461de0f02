// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "harness/errors.h"
#include "harness/export.h"
#include "harness/tune.h"

namespace paretune::cli {
namespace {

struct Options {
  std::string db = "results.db", out;
  std::int64_t candidate = 0;
  bool json = false;
};

int export_candidate(const Options& options) {
  if (!std::filesystem::exists(options.db)) {
    // A writing Store would make it.
    throw harness::ConfigError(fmt::format("the database '{}' does not exist", options.db));
  }
  results::Store store(options.db);
  harness::Choice choice{options.candidate, "as asked"};
  std::int64_t study_id = 0;
  if (options.candidate != 0) {
    const auto row = store.find_candidate(options.candidate);
    if (!row) {
      throw harness::ConfigError(
          fmt::format("there is no candidate {} in '{}'", options.candidate, options.db));
    }
    study_id = row->study_id;
  }
  const auto rows = store.candidates(study_id);
  if (rows.empty()) {
    throw harness::ConfigError(
        fmt::format("'{}' holds no candidates yet: run paretune sweep first", options.db));
  }
  const auto study = harness::Study::from_json(store.config_json(rows.front().study_id));
  if (options.candidate == 0) choice = harness::choose_best(study, rows);
  if (choice.candidate_id == 0) throw harness::ConfigError(choice.reason);
  const auto result = harness::export_package(study, store, choice.candidate_id, options.out);
  if (options.json) {
    const nlohmann::json value = {
        {"candidate_id", choice.candidate_id}, {"reason", choice.reason},
        {"folder", result.folder.string()},    {"sha256", result.sha256},
        {"max_error", result.max_error},       {"summary", result.summary}};
    fmt::print("{}\n", value.dump(2));
  } else {
    fmt::print("Candidate {} ({})\n{}\n", choice.candidate_id, choice.reason, result.summary);
    fmt::print("Next: paretune run --package {} --selftest\n", options.out);
  }
  return kOk;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  CLI::App* verb =
      app.add_subcommand("export", "write the best candidate, or a given one, as a package");
  verb->footer("Example: paretune export --db results.db --out package");
  const auto options = std::make_shared<Options>();
  verb->add_option("--db", options->db, "results database")->capture_default_str();
  verb->add_option("--candidate", options->candidate,
                   "candidate id (paretune front); the best when absent");
  verb->add_option("--out", options->out, "folder to write; an older package there is replaced")
      ->required();
  verb->add_flag("--json", options->json, "result as JSON");
  verb->callback([&action, options] { action = [options] { return export_candidate(*options); }; });
}

}  // namespace paretune::cli
