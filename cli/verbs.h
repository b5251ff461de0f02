// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace paretune::cli {

/// What main() runs once the command line is parsed: returns the exit code.
using Action = std::function<int()>;

// Each adds one verb to `app`; when it is given on the command line, `action` is set.
void add_demo(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_status(CLI::App& app, Action& action);
void add_front(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_quarantine(CLI::App& app, Action& action);
void add_worker(CLI::App& app, Action& action);

}  // namespace paretune::cli
