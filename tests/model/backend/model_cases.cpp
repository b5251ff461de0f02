// SPDX-License-Identifier: Apache-2.0
// model_cases FOLDER: runs the cases of a folder (case_folder.py) on the host reference. Exit code
// 0 when exactly the excepted cases fail and the page is as made; a crash names its case.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

#include "tests/model/backend/case.h"
#include "tests/model/backend/page.h"

namespace paretune::model {
namespace {

/// The least share that must pass, of all cases and of those with ordinary types.
constexpr double least_share = 0.97;
constexpr unsigned seconds_per_case = 60;

/// The case that runs now, for the signal handler, which may not allocate.
volatile const char* running = "";

void die(int signal) {
  const char* name = const_cast<const char*>(running);
  const char* what = signal == SIGALRM ? " ran too long\n" : " crashed\n";
  if (write(STDERR_FILENO, name, std::strlen(name)) < 0 ||
      write(STDERR_FILENO, what, std::strlen(what)) < 0) {
    _exit(3);
  }
  _exit(2);
}

struct Options {
  std::filesystem::path folder, exceptions, operators, page;
  std::string filter;
  bool write_page = false;
};

Options parse(int argc, char** argv) {
  Options options;
  CLI::App app{"Runs test cases of ONNX operators on the host reference", "model_cases"};
  app.add_option("folder", options.folder, "made by onnx_cases.py or random_cases.py")->required();
  app.add_option("--exceptions", options.exceptions, "cases that fail, `name: reason` each");
  app.add_option("--operators", options.operators, "operators.txt, for the page");
  app.add_option("--page", options.page, "must equal the page made of the cases");
  app.add_flag("--write-page", options.write_page, "write --page instead of comparing");
  app.add_option("--filter", options.filter, "only cases whose name or operators contain this");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return options;
}

bool selected(const Case& test, const std::string& filter) {
  const auto is_filter = [&](const std::string& name) { return name == filter; };
  return test.name.find(filter) != std::string::npos ||
         std::ranges::any_of(test.operators, is_filter);
}

/// What fails, by name; prints it unless it is excepted.
std::map<std::string, std::string> failures_of(
    const std::vector<Case>& cases, const std::map<std::string, std::string>& exceptions) {
  std::map<std::string, std::string> failures;
  std::size_t inferred = 0;
  for (const auto& test : cases) {
    running = test.name.c_str();
    alarm(seconds_per_case);
    const Outcome outcome = run(test);
    if (outcome.inferred) ++inferred;
    if (outcome.failure.empty()) continue;
    failures[test.name] = outcome.failure;
    if (!exceptions.contains(test.name)) fmt::print("{}: {}\n", test.name, outcome.failure);
  }
  alarm(0);
  fmt::print("{} cases, {} fail, {} had their shapes inferred beforehand\n", cases.size(),
             failures.size(), inferred);
  return failures;
}

/// True when what fails is what is excepted, and it is little.
bool as_expected(const std::vector<Case>& cases, const std::map<std::string, std::string>& failures,
                 const std::map<std::string, std::string>& exceptions) {
  bool good = true;
  for (const auto& [name, reason] : exceptions) {
    if (failures.contains(name)) continue;
    fmt::print("{} is excepted but passes or does not exist; remove it\n", name);
    good = false;
  }
  for (const auto& [name, failure] : failures) good = good && exceptions.contains(name);
  for (const bool ordinary_only : {false, true}) {
    const Tally tally = count(cases, failures, ordinary_only);
    fmt::print("{} of {}{} pass\n", tally.passed, tally.total,
               ordinary_only ? " with ordinary types" : "");
    good = good && tally.share() >= least_share;
  }
  return good;
}

bool page_agrees(const Options& options, const std::vector<Case>& cases,
                 const std::map<std::string, std::string>& exceptions) {
  const std::string page = operators_page(cases, exceptions, read_notes(options.operators),
                                          read_notes(options.folder / "versions.txt"));
  if (options.write_page) {
    std::ofstream(options.page) << page;
    return true;
  }
  std::ifstream stream(options.page);
  const std::string held{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (held == page) return true;
  fmt::print("{} is out of date; write it again with --write-page\n", options.page.string());
  return false;
}

int main_of(const Options& options) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL, SIGALRM}) {
    std::signal(signal, die);
  }
  auto cases = cases_of(options.folder);
  std::erase_if(cases, [&](const Case& test) { return !selected(test, options.filter); });
  const auto exceptions = options.exceptions.empty() ? std::map<std::string, std::string>()
                                                     : read_notes(options.exceptions);
  const auto failures = failures_of(cases, exceptions);
  if (!options.filter.empty()) return failures.empty() ? 0 : 1;
  bool good = as_expected(cases, failures, exceptions);
  if (!options.page.empty()) good = page_agrees(options, cases, exceptions) && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace paretune::model

int main(int argc, char** argv) {
  try {
    return paretune::model::main_of(paretune::model::parse(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "model_cases: {}\n", error.what());
    return 2;
  }
}
