// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/exit_code.h"
#include "cli/lock.h"
#include "cli/verbs.h"
#include "harness/errors.h"
#include "results/plain_text.h"
#include "results/store.h"

namespace paretune::cli {
namespace {

constexpr std::size_t kShortKey = 12;

struct Options {
  std::string db = "results.db";
  std::string release;
  bool json = false;
};

void list(const std::vector<results::QuarantineRecord>& rows, bool json) {
  if (json) {
    nlohmann::json entries = nlohmann::json::array();
    for (const auto& row : rows) {
      entries.push_back({{"key", row.key},
                         {"what", row.what},
                         {"device", row.device},
                         {"driver", row.driver},
                         {"crashes", row.crashes},
                         {"reason", row.reason},
                         {"recorded", row.recorded}});
    }
    fmt::print("{}\n", entries.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  if (rows.empty()) fmt::print("Nothing is in quarantine.\n");
  for (const auto& row : rows) {
    fmt::print("{}  {} on {} ({})\n  {} crashes, {}: {}\n",
               results::plain(row.key.substr(0, kShortKey)), results::plain(row.what),
               results::plain(row.device), results::plain(row.driver), row.crashes,
               results::plain(row.recorded), results::plain(row.reason));
  }
}

/// The whole key that begins so; throws harness::ConfigError unless it is exactly one.
std::string whole_key(const std::vector<results::QuarantineRecord>& rows,
                      const std::string& begin) {
  std::optional<std::string> found;
  for (const auto& row : rows) {
    if (!row.key.starts_with(begin)) continue;
    if (found) {
      throw harness::ConfigError(
          fmt::format("several entries begin with '{}': give more of the key", begin));
    }
    found = row.key;
  }
  if (!found) throw harness::ConfigError(fmt::format("no entry begins with '{}'", begin));
  return *found;
}

int release(const Options& options) {
  const DatabaseLock lock(options.db, "quarantine");
  results::Store store(options.db);
  const auto rows = store.quarantined();
  const std::int64_t count = store.release_quarantine(
      options.release == "all" ? std::string() : whole_key(rows, options.release));
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"released", count}}.dump());
  } else {
    fmt::print("{} released: the next sweep tries again\n", count);
  }
  return kOk;
}

int quarantine(const Options& options) {
  const results::Store store(options.db, results::Store::Mode::read_only);
  if (!options.release.empty()) return release(options);
  list(store.quarantined(), options.json);
  return kOk;
}

}  // namespace

void add_quarantine(CLI::App& app, Action& action) {
  CLI::App* verb =
      app.add_subcommand("quarantine", "list or release what crashed twice and is tried no more");
  verb->footer("Example: paretune quarantine --db results.db --release all");
  const auto options = std::make_shared<Options>();
  verb->add_option("--db", options->db, "results database")->capture_default_str();
  verb->add_option("--release", options->release, "key (or how it begins) of one entry, or 'all'");
  verb->add_flag("--json", options->json, "entries, or the number released, as JSON");
  verb->callback([&action, options] { action = [options] { return quarantine(*options); }; });
}

}  // namespace paretune::cli
