// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/dims.h"
#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "harness/errors.h"
#include "harness/export.h"
#include "harness/run.h"
#include "model/onnx/reader.h"
#include "model/onnx/writer.h"
#include "model/quant/scheme.h"
#include "results/fields.h"
#include "results/statistics.h"

namespace paretune::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  harness::RunOptions run;
  std::string model, package, calibration, inputs, outputs, study, split = "report";
  std::vector<std::string> dims;
  bool selftest = false, json = false;
};

void write_outputs(const std::vector<model::Tensor>& outputs, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw harness::ConfigError(
        fmt::format("the folder '{}' cannot be made: {}", folder.string(), error.message()));
  }
  harness::write_tensors(outputs, "output", folder);
}

struct Quantile {
  const char* name;
  double probability;
  std::size_t least;  ///< samples it needs
};
constexpr Quantile kQuantiles[] = {{"min", 0.0, 1},
                                   {"p50", 0.5, 1},
                                   {"p90", 0.9, results::samples_for_p90},
                                   {"p99", 0.99, results::samples_for_p99}};

/// null where there are too few samples.
nlohmann::json quantiles(const std::vector<std::int64_t>& samples) {
  nlohmann::json value = nlohmann::json::object();
  for (const Quantile& asked : kQuantiles) {
    value[asked.name] = nullptr;
    if (samples.size() < asked.least) continue;
    value[asked.name] = static_cast<std::int64_t>(results::quantile(samples, asked.probability));
  }
  return value;
}

void check_circumstances(const harness::Circumstances& circumstances) {
  if (circumstances.scenario == "server" && !(circumstances.rate > 0)) {
    throw harness::ConfigError("--scenario server needs --rate: queries per second");
  }
  if (circumstances.scenario != "single_stream" && circumstances.cache == "cold") {
    throw harness::ConfigError("--cache cold goes with --scenario single_stream only");
  }
}

nlohmann::json json_of(const std::vector<results::Metric>& metrics) {
  nlohmann::json value = nlohmann::json::object();
  for (const results::Metric& metric : metrics) {
    value[metric.name] = {
        {"value", metric.value}, {"lo", metric.lo}, {"hi", metric.hi}, {"n", metric.n}};
  }
  return value;
}

/// What the scenario says, a line each.
void print_scenario(const harness::RunOptions& options, const results::Measurement& measurement) {
  const auto show = [&](const char* name, const char* unit) {
    const results::Metric* metric = measurement.find(name);
    if (metric == nullptr) return;
    fmt::print("{} {:.4g} [{:.4g}, {:.4g}]{}, n={}\n", results::find_field(name)->title,
               metric->value, metric->lo, metric->hi, unit, metric->n);
  };
  show("throughput_per_s", " samples/s");
  show("server_p50_ms", " ms");
  show("server_p99_ms", " ms");
  show("server_late", "");
  show("energy_mj", " mJ");
  const auto& circumstances = options.circumstances;
  if (circumstances.scenario != "server") return;
  const results::Metric* p99 = measurement.find("server_p99_ms");
  if (p99 == nullptr) {
    fmt::print("no p99: fewer than 662 queries in {:.4g} s\n", options.seconds);
  } else if (circumstances.bound_ms > 0) {
    const bool kept = p99->hi <= circumstances.bound_ms;
    const bool broken = p99->lo > circumstances.bound_ms;
    fmt::print("bound {:.4g} ms: {}\n", circumstances.bound_ms,
               kept     ? "kept"
               : broken ? "not kept"
                        : "inconclusive");
  }
}

int run_timed(const Options& options, std::vector<model::Tensor> inputs) {
  check_circumstances(options.run.circumstances);
  const auto timing =
      harness::run_timed(options.run, std::move(inputs),
                         [](const std::string& note) { fmt::print(stderr, "{}\n", note); });
  if (options.json) {
    const nlohmann::json value = {
        {"wall_ns", quantiles(timing.wall_ns)},
        {"cpu_ns", quantiles(timing.cpu_ns)},
        {"peak_rss_bytes", timing.peak_rss_bytes},
        {"arena_bytes", timing.arena_bytes},
        {"weight_bytes", timing.weight_bytes},
        {"threads", timing.threads},
        {"iterations", timing.wall_ns.size()},
        {"batch", timing.batch},
        {"metrics", json_of(timing.measurement.metrics)},
        {"conditions", nlohmann::json::parse(timing.measurement.conditions)}};
    fmt::print("{}\n", value.dump());
    return kOk;
  }
  const auto wall = quantiles(timing.wall_ns), cpu = quantiles(timing.cpu_ns);
  const auto ms = [](const nlohmann::json& ns) { return ns.get<double>() / 1e6; };
  std::string spread = fmt::format("min {:.4g}", ms(wall.at("min")));
  for (const char* name : {"p90", "p99"}) {
    if (!wall.at(name).is_null()) spread += fmt::format(", {} {:.4g}", name, ms(wall.at(name)));
  }
  fmt::print("wall {:.4g} ms ({}), cpu {:.4g} ms, {} iterations, {} thread{}\n", ms(wall.at("p50")),
             spread, ms(cpu.at("p50")), timing.wall_ns.size(), timing.threads,
             timing.threads == 1 ? "" : "s");
  print_scenario(options.run, timing.measurement);
  return kOk;
}

int run_selftest(const Options& options) {
  const std::string wrong = harness::self_test(options.run.package);
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"passed", wrong.empty()}, {"reason", wrong}}.dump());
  } else if (wrong.empty()) {
    fmt::print("self test passed\n");
  }
  if (wrong.empty()) return kOk;
  fmt::print(stderr, "paretune: {}\n", wrong);
  return kGateFailed;
}

int run_accuracy(const Options& options) {
  const auto accuracy =
      harness::run_accuracy(options.run, harness::load_study(options.study), options.split);
  if (options.json) {
    const nlohmann::json value = {
        {"value", accuracy.value}, {"lo", accuracy.lo}, {"hi", accuracy.hi}, {"n", accuracy.n}};
    fmt::print("{}\n", nlohmann::json{{"split", options.split}, {"accuracy", value}}.dump());
  } else {
    fmt::print("accuracy on '{}': {:.4f} [{:.4f}, {:.4f}], n={}\n", options.split, accuracy.value,
               accuracy.lo, accuracy.hi, accuracy.n);
  }
  return kOk;
}

int run(Options options) {
  options.run.model_file = options.model;
  options.run.package = options.package;
  options.run.calibration = options.calibration;
  options.run.dims = parse_dims(options.dims);
  if (options.run.model_file.empty() == options.run.package.empty()) {
    throw harness::ConfigError("run needs either --model or --package");
  }
  if (options.selftest && options.run.package.empty()) {
    throw harness::ConfigError("--selftest needs --package");
  }

  if (options.selftest) return run_selftest(options);
  if (!options.study.empty()) return run_accuracy(options);
  std::vector<model::Tensor> inputs;
  if (!options.inputs.empty()) inputs = harness::read_inputs(options.inputs);
  if (options.outputs.empty()) return run_timed(options, std::move(inputs));
  if (inputs.empty()) throw harness::ConfigError("--outputs needs --inputs");
  const auto outputs = harness::run_once(options.run, inputs);
  write_outputs(outputs, options.outputs);
  if (options.json) {
    fmt::print("{}\n",
               nlohmann::json{{"outputs", outputs.size()}, {"folder", options.outputs}}.dump());
  }
  return kOk;
}

void add_circumstances(CLI::App& verb, Options& options) {
  auto& circumstances = options.run.circumstances;
  verb.add_option("--scenario", circumstances.scenario,
                  "single_stream: one run after another; offline: how many samples a second; "
                  "server: how late answers are when queries arrive at random")
      ->check(CLI::IsMember({"single_stream", "offline", "server"}))
      ->capture_default_str();
  verb.add_option("--rate", circumstances.rate, "server: queries per second")
      ->check(CLI::PositiveNumber);
  verb.add_option("--bound", circumstances.bound_ms,
                  "server: milliseconds after which an answer is late")
      ->check(CLI::PositiveNumber);
  verb.add_option("--seconds", options.run.seconds, "server: the most it may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--co-tenants", circumstances.co_tenants,
                  "processes that load the machine meanwhile")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  verb.add_option("--cache", circumstances.cache, "cold: caches are flushed before each run")
      ->check(CLI::IsMember({"warm", "cold"}))
      ->capture_default_str();
  verb.add_flag("--pin", circumstances.pin, "each thread on a physical core of its own");
}

void add_choices(CLI::App& verb, Options& options) {
  std::vector<std::string> schemes;
  for (const auto& scheme : model::schemes()) schemes.emplace_back(scheme->name());
  verb.add_option("--scheme", options.run.scheme,
                  "of every convolution and matrix product (with --model)")
      ->check(CLI::IsMember(schemes))
      ->capture_default_str();
  verb.add_option("--calib", options.calibration,
                  "NPZ with arrays named as the model's inputs, for int8 schemes");
  verb.add_option("--device", options.run.device, "cpu, opencl:0 ... (with --model)")
      ->capture_default_str();
  verb.add_option("--threads", options.run.threads, "CPU threads")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--iterations", options.run.iterations, "timed runs")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--dims", options.dims,
                  "sizes of free dimensions: batch=8,seq=128; 1 when not named")
      ->delimiter(',');
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  CLI::App* verb =
      app.add_subcommand("run", "run a model or package: outputs, timing, self test or accuracy");
  verb->footer("Example: paretune run --model model.onnx --threads 1 --iterations 200 --json");
  const auto options = std::make_shared<Options>();
  auto* model = verb->add_option("--model", options->model, "ONNX file");
  verb->add_option("--package", options->package, "folder written by paretune export")
      ->excludes(model);
  verb->add_option("--inputs", options->inputs,
                   "folder with input_0.pb, input_1.pb ... (ONNX TensorProto)");
  verb->add_option("--outputs", options->outputs,
                   "folder to write output_0.pb ... to; nothing is timed then");
  add_choices(*verb, *options);
  add_circumstances(*verb, *options);
  verb->add_flag("--selftest", options->selftest,
                 "compare a package with its golden outputs; exit 1 when they differ");
  auto* study =
      verb->add_option("--study", options->study, "measure accuracy on this study's data");
  verb->add_option("--split", options->split, "split of the study, or all:SOURCE")
      ->needs(study)
      ->capture_default_str();
  verb->add_flag("--json", options->json, "result as JSON");
  verb->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace paretune::cli
