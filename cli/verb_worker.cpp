// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "cli/verbs.h"
#include "harness/backend.h"
#include "harness/protocol.h"
#include "harness/side.h"

namespace paretune::cli {

void add_worker(CLI::App& app, Action& action) {
  // An empty group hides it: started by sweeps, never by people.
  CLI::App* verb = app.add_subcommand("worker", "evaluate candidates for a sweep")->group("");
  const auto fd = std::make_shared<int>(-1);
  verb->add_option("--fd", *fd, "socket inherited from the sweep")->required();
  const auto side = std::make_shared<bool>(false);
  verb->add_flag("--side", *side, "one of the two of `paretune compare`");
  verb->callback([&action, fd, side] {
    action = [fd, side] {
      return *side ? harness::serve_side(*fd) : harness::serve(*fd, harness::make_backend);
    };
  });
}

}  // namespace paretune::cli
