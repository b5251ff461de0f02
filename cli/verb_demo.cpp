// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/exit_code.h"
#include "cli/lock.h"
#include "cli/sweep_job.h"
#include "cli/verbs.h"
#include "harness/errors.h"
#include "harness/export.h"

namespace paretune::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string study, dir = "demo";
  bool json = false;
};

/// configs/ of the source tree the program lies in (build/release/bin), of an installation, or of
/// the tree it was built from.
fs::path find_study() {
  const fs::path bin = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path name = "fashion_mnist.yaml";
  for (const fs::path& folder : {bin / "../../../configs", bin / "../share/paretune/configs",
                                 fs::path(PARETUNE_CONFIGS_DIR)}) {
    if (fs::exists(folder / name)) return fs::weakly_canonical(folder / name);
  }
  throw harness::ConfigError(
      "the demo's study fashion_mnist.yaml was not found: name it with --study");
}

/// True when the folder's database holds an unfinished session to go on with. One that is finished,
/// which an earlier demo made, is removed: the demo shows a whole run.
bool unfinished(const fs::path& database) {
  if (!fs::exists(database)) return false;
  const auto sessions = results::Store(database, results::Store::Mode::read_only).sessions();
  if (!sessions.empty() && sessions.back().state != "done") return true;
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(database.string() + suffix);
  return false;
}

int demo(const Options& options) {
  const harness::Study study =
      harness::load_study(options.study.empty() ? find_study() : fs::path(options.study));
  const fs::path folder = options.dir;
  fs::create_directories(folder);
  const fs::path database = folder / "results.db";
  const DatabaseLock lock(database, study.name);
  const bool resume = unfinished(database);
  results::Store store(database);
  const auto summary = run_sweep(study, store, resume, [&](const std::string& phase) {
    if (phase != "kernels" || options.json) return;
    fmt::print("First front, untuned kernels:\n{}\n", front_text(store.candidates()));
    std::fflush(stdout);
  });
  print_outcome(store, summary, options.json);
  if (summary.interrupted) {
    fmt::print(stderr, "Interrupted; everything measured is saved. The same command goes on.\n");
    return kInterrupted;
  }
  if (!summary.best_id) return kPartial;
  const fs::path package = folder / "package";
  const auto exported = harness::export_package(study, store, *summary.best_id, package);
  fmt::print(stderr, "{}\n", exported.summary);
  if (const std::string wrong = harness::self_test(package); !wrong.empty()) {
    fmt::print(stderr, "paretune: self test of {}: {}\n", package.string(), wrong);
    return kGateFailed;
  }
  fmt::print(
      stderr,
      "Self test of {0} passed.\nNext:\n  paretune-gui {1}\n  paretune front --db {1} --all\n"
      "  paretune run --package {0} --iterations 200\n",
      package.string(), database.string());
  return kOk;
}

}  // namespace

void add_demo(CLI::App& app, Action& action) {
  CLI::App* verb =
      app.add_subcommand("demo", "tune ResNet-8 on Fashion-MNIST from beginning to end");
  verb->footer("Example: paretune demo --dir demo");
  const auto options = std::make_shared<Options>();
  verb->add_option("--dir", options->dir, "folder for results.db and package/")
      ->capture_default_str();
  verb->add_option("--study", options->study, "another study file");
  verb->add_flag("--json", options->json, "summary and front as JSON");
  verb->callback([&action, options] { action = [options] { return demo(*options); }; });
}

}  // namespace paretune::cli
