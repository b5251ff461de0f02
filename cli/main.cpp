// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include "cli/exit_code.h"
#include "cli/verbs.h"

int main(int argc, char** argv) {
  using namespace paretune::cli;
  // A file that may not grow is an error to report, not a death.
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App app(
      "Finds and proves the configurations of a trained model that none beats:\n"
      "precision per layer, kernel tile sizes, device placement.",
      "paretune");
  app.set_version_flag("--version", PARETUNE_VERSION);
  app.require_subcommand(1);
  app.footer("Example: paretune sweep study.yaml --db results.db");
  Action action;
  add_demo(app, action);
  add_sweep(app, action);
  add_status(app, action);
  add_front(app, action);
  add_export(app, action);
  add_compare(app, action);
  add_run(app, action);
  add_inspect(app, action);
  add_bench(app, action);
  add_doctor(app, action);
  add_quarantine(app, action);
  add_worker(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);  // --help, --version
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return kUsage;
  }
  return guarded(action);
}
