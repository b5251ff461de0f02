// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/stop_signals.h"
#include "cli/verbs.h"
#include "harness/compare.h"
#include "harness/errors.h"

namespace paretune::cli {
namespace {

using harness::CompareReport;
using harness::SideReport;
using nlohmann::json;

struct Options {
  harness::CompareRequest request;
  std::string db = "results.db", inputs, samples;
  bool json = false;
};

json interval(const results::Interval& value) {
  return {{"p50", value.value}, {"lo", value.lo}, {"hi", value.hi}};
}

json side(const SideReport& report) {
  return {{"name", report.name},
          {"what", report.what},
          {"wall_ms", interval(report.wall_ms)},
          {"cpu_ms", interval(report.cpu_ms)}};
}

template <class T>
json optional(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json conditions(const CompareReport& report) {
  const harness::MachineState& now = report.after;
  return {
      {"cpus", now.cpus},
      {"governor", optional(now.governor)},
      {"turbo", optional(now.turbo)},
      {"mhz", optional(now.mhz_now)},
      {"load_before", report.before.load},
      {"load_after", now.load},
      {"steal_since_boot", now.steal},
      {"virtual_machine", now.virtual_machine},
      {"throttle_events",
       now.throttles ? json(*now.throttles - report.before.throttles.value_or(0)) : json(nullptr)}};
}

json to_json(const CompareReport& report) {
  const harness::Comparison& comparison = report.comparison;
  json value = {{"verdict", results::to_text(comparison.verdict)},
                {"ratio", comparison.interval.value},
                {"lo", comparison.interval.lo},
                {"hi", comparison.interval.hi},
                {"level", comparison.level},
                {"cpu_ratio", report.cpu_ratio},
                {"n", comparison.estimate.pairs},
                {"processes", comparison.estimate.processes},
                {"rounds", comparison.rounds},
                {"more_repeats", comparison.more_pairs},
                {"reason", comparison.reason},
                {"a", side(report.a)},
                {"b", side(report.b)},
                {"outputs", nullptr},
                {"conditions", conditions(report)}};
  if (report.largest_difference >= 0) {
    value["outputs"] = {{"largest_difference", report.largest_difference},
                        {"relative_difference", report.relative_difference}};
  }
  return value;
}

void print_side(char letter, const SideReport& report) {
  fmt::print("{}  {}  ({})\n   wall {:.4g} ms [{:.4g}, {:.4g}], cpu {:.4g} ms\n", letter,
             report.name, report.what, report.wall_ms.value, report.wall_ms.lo, report.wall_ms.hi,
             report.cpu_ms.value);
}

void print_text(const CompareReport& report, double margin) {
  print_side('A', report.a);
  print_side('B', report.b);
  fmt::print("A/B  {}\n     CPU time {:.3f}x\n", to_text(report.comparison, margin),
             report.cpu_ratio);
  if (report.largest_difference >= 0) {
    fmt::print("     outputs differ by {:.2g} at most, {:.2g} of the largest\n",
               report.largest_difference, report.relative_difference);
  }
  const harness::MachineState& now = report.after;
  fmt::print("     {} processors, load {:.2f} before, {:.2f} after; governor {}, turbo {}{}\n",
             now.cpus, report.before.load, now.load, now.governor.value_or("not readable"),
             !now.turbo ? "not readable" : (*now.turbo ? "on" : "off"),
             now.virtual_machine ? "; virtual machine" : "");
}

/// One line per pair: round of processes, nanoseconds of A and of B.
void write_samples(const CompareReport& report, const std::string& file) {
  std::ofstream stream(file);
  stream << "process,a_ns,b_ns\n";
  std::size_t process = 0;
  for (const auto& cluster : report.comparison.clusters) {
    for (std::size_t i = 0; i < cluster.a.size(); ++i) {
      stream << process << ',' << cluster.a[i] << ',' << cluster.b[i] << '\n';
    }
    ++process;
  }
  if (!stream.flush()) {
    throw harness::ConfigError(fmt::format("the file '{}' cannot be written", file));
  }
}

int compare(Options& options) {
  options.request.database = options.db;
  options.request.inputs = options.inputs;
  options.request.self = std::filesystem::read_symlink("/proc/self/exe");
  const StopSignals signals;
  harness::ComparisonHooks hooks;
  hooks.stopped = [] { return StopSignals::asked(); };
  hooks.wait = [](double seconds) {
    fmt::print(stderr, "waiting {:.0f} s before the second block\n", seconds);
    StopSignals::wait(seconds);
  };
  hooks.round_ended = [&](std::size_t, const harness::Comparison& comparison) {
    const auto now = comparison.estimate.interval(0.025);
    fmt::print(stderr, "block {}: {} pairs, ratio {:.3f} [{:.3f}, {:.3f}]\n", comparison.rounds,
               comparison.estimate.pairs, now.value, now.lo, now.hi);
  };
  const CompareReport report = harness::compare(options.request, hooks);
  if (!options.samples.empty()) write_samples(report, options.samples);
  if (options.json) {
    fmt::print("{}\n", to_json(report).dump());
  } else {
    print_text(report, options.request.plan.margin);
  }
  if (StopSignals::asked()) return kInterrupted;
  return report.comparison.failure ? kPartial : kOk;
}

void add_plan(CLI::App& verb, harness::ComparisonPlan& plan) {
  verb.add_option("--pairs", plan.pairs, "pairs per block, spread over its processes")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--max-pairs", plan.max_pairs, "while the verdict is open, up to so many in all")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--restarts", plan.restarts, "processes per block")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--later", plan.later_seconds, "seconds between the first block and the second")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb.add_option("--margin", plan.margin, "a difference that matters, as a share of B's time")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  verb.add_option("--error-rate", plan.error_rate, "chance of a false win")
      ->check(CLI::Range(1e-6, 0.5))
      ->capture_default_str();
  verb.add_option("--seed", plan.seed, "of the order within pairs")->capture_default_str();
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand(
      "compare", "which of two is faster: candidates, packages, ONNX files, runtimes");
  verb->footer(
      "A and B: ids of candidates in --db; or each a package folder, an ONNX file, SCHEME:FILE or\n"
      "onnxruntime:FILE. Win and loss are A's. A file in an int8 scheme must hold its parameters.\n"
      "Example: paretune compare package onnxruntime:model.onnx --inputs samples");
  const auto options = std::make_shared<Options>();
  options->request.plan.later_seconds = 60;
  verb->add_option("A", options->request.a, "what is judged")->required();
  verb->add_option("B", options->request.b, "what it is held against")->required();
  verb->add_option("--db", options->db, "database of the candidates")->capture_default_str();
  verb->add_option("--inputs", options->inputs,
                   "folder with input_0.pb ...; made ones when absent");
  verb->add_option("--threads", options->request.threads, "of ONNX files and runtimes")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_plan(*verb, options->request.plan);
  verb->add_option("--samples", options->samples, "write every pair to this CSV file");
  verb->add_flag("--json", options->json, "result as JSON");
  verb->callback([&action, options] { action = [options] { return compare(*options); }; });
}

}  // namespace paretune::cli
