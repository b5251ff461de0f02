// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs.h"

int main(int argc, char** argv) {
  CLI::App app;
  paretune::cli::Action action;
  paretune::cli::add_worker(app, action);
  CLI11_PARSE(app, argc, argv);
  return action ? action() : 0;
}
