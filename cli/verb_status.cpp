// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/lock.h"
#include "cli/verbs.h"
#include "results/store.h"

namespace paretune::cli {
namespace {

int status(const std::string& db, bool json) {
  const results::Store store(db, results::Store::Mode::read_only);
  const auto sessions = store.sessions();
  if (json) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& row : sessions) {
      list.push_back({{"id", row.id},
                      {"study_id", row.study_id},
                      {"study", row.study},
                      {"model", row.model},
                      {"state", row.state},
                      {"started", row.started},
                      {"ended", row.ended},
                      {"planned", row.planned},
                      {"done", row.done},
                      {"failed", row.failed},
                      {"kernel_trials", row.kernel_trials}});
    }
    fmt::print("{}\n", list.dump(2));
    return kOk;
  }
  if (sessions.empty()) fmt::print("No sessions yet.\n");
  for (const auto& row : sessions) {
    fmt::print(
        "session {} of study {} '{}' ({}): {}, {} to {}\n  {} of {} candidates, {} failed, {} "
        "kernel settings\n",
        row.id, row.study_id, row.study, row.model, row.state, row.started,
        row.ended.empty() ? "now" : row.ended, row.done, row.planned, row.failed,
        row.kernel_trials);
  }
  return kOk;
}

/// Opening for writing also brings an older database up to date.
int check(const std::string& db, bool json) {
  // A name that is wrong must not make a new database.
  if (!std::filesystem::exists(db)) {
    const results::Store refuses(db, results::Store::Mode::read_only);
  }
  const DatabaseLock lock(db, "status --check");
  const results::Store store(db);
  const std::vector<std::string> faults = store.verify();
  if (json) {
    fmt::print("{}\n", nlohmann::json{{"sound", faults.empty()}, {"faults", faults}}.dump(2));
  } else {
    for (const std::string& fault : faults) fmt::print("{}\n", fault);
    if (faults.empty()) fmt::print("'{}' is sound: every row is what was recorded.\n", db);
  }
  return faults.empty() ? kOk : kGateFailed;
}

}  // namespace

void add_status(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand("status", "list the sessions of a results database");
  verb->footer("Example: paretune status --db results.db --json");
  struct Options {
    std::string db = "results.db";
    bool json = false;
    bool check = false;
  };
  const auto options = std::make_shared<Options>();
  verb->add_option("--db", options->db, "results database")->capture_default_str();
  verb->add_flag("--json", options->json, "list of sessions as JSON");
  verb->add_flag("--check", options->check,
                 "read every row and say what is damaged; brings an older database up to date");
  verb->callback([&action, options] {
    action = [options] {
      return options->check ? check(options->db, options->json)
                            : status(options->db, options->json);
    };
  });
}

}  // namespace paretune::cli
