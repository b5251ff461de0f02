// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/exit_code.h"
#include "cli/sweep_job.h"
#include "cli/verbs.h"
#include "harness/objectives.h"
#include "results/fields.h"
#include "results/report.h"

namespace paretune::cli {
namespace {

struct Options {
  std::string db = "results.db";
  std::int64_t study = 0;
  bool json = false, csv = false, all = false;
};

/// One line per candidate, failures with their reason.
void print_all(const harness::Study& study, const std::vector<results::CandidateRow>& rows) {
  for (const auto& row : rows) {
    const auto value = [&](const char* name) {
      const results::Field* field = results::find_field(name);
      return field == nullptr ? std::string() : results::format(*field, row);
    };
    if (row.outcome == results::Outcome::ok) {
      const bool breaks = !harness::may_keep(study.constraints, row.metrics);
      fmt::print("{:>5} {} {:>10} ms {:>9} MiB {:>7}  {}{}\n", row.id, row.on_front ? '*' : ' ',
                 value("latency_p50_ms"), value("memory_mib"), value("accuracy"), row.point,
                 breaks ? "  breaks a constraint" : "");
    } else {
      fmt::print("{:>5}   {}: {}  {}\n", row.id, results::to_text(row.outcome), row.failure.reason,
                 row.point);
    }
  }
}

int front(const Options& options) {
  const results::Store store(options.db, results::Store::Mode::read_only);
  auto rows = store.candidates(options.study);
  const harness::Study study = study_of(store, rows);
  harness::mark_front(study, rows);
  if (options.csv) {
    if (!options.all) std::erase_if(rows, [](const auto& row) { return !row.on_front; });
    fmt::print("{}", results::csv(rows));
    return kOk;
  }
  if (options.all && options.json) {
    for (auto& row : rows) row.on_front = row.outcome == results::Outcome::ok;
  }
  if (options.json) {
    fmt::print("{}\n", results::front_json(rows));
  } else if (options.all) {
    print_all(study, rows);
  } else {
    fmt::print("{}{}\nBest per set of devices:\n{}", front_text(rows),
               constraints_text(study, rows), results::best_per_device(rows));
  }
  return kOk;
}

}  // namespace

void add_front(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand("front", "show the candidates no other dominates");
  verb->footer("Example: paretune front --db results.db --json");
  const auto options = std::make_shared<Options>();
  verb->add_option("--db", options->db, "results database")->capture_default_str();
  verb->add_option("--study", options->study, "study id (paretune status); the newest when absent");
  verb->add_flag("--json", options->json, "as a JSON list");
  verb->add_flag("--csv", options->csv, "as CSV with every field")->excludes("--json");
  verb->add_flag("--all", options->all, "all candidates, not only the front");
  verb->callback([&action, options] { action = [options] { return front(*options); }; });
}

}  // namespace paretune::cli
