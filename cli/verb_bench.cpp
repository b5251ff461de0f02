// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include "cli/dims.h"
#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "harness/errors.h"
#include "harness/prepared_kernel.h"
#include "model/errors.h"
#include "results/store.h"
#include "runtime/session.h"

namespace paretune::cli {
namespace {

struct Options {
  std::string model, db;
  std::vector<std::string> dims, workloads, devices = {"cpu"}, schemes = {"fp32"};
  int threads = 1;
  std::vector<std::string> flags;  ///< Google Benchmark's own
};

/// One kernel setting to time.
struct Case {
  std::string name;  ///< of the benchmark
  std::string kernel, device;
  model::Workload workload;
  model::Knobs knobs;
};

/// Holds what is timed at the moment: Google Benchmark calls a case several times until it has
/// found the number of iterations, and all cases at once would not fit into memory.
class Bench {
 public:
  explicit Bench(int threads) : threads_(threads) {}

  void run(const Case& at, benchmark::State& state) {
    if (current_ != at.name && !prepare(at, state)) return;
    for (auto _ : state) {
      const auto start = std::chrono::steady_clock::now();
      prepared_->run();
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      state.SetIterationTime(taken.count());
    }
    const double flops = at.workload.flops();
    if (flops > 0) {
      state.counters["FLOP/s"] = benchmark::Counter(
          flops, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
    }
    state.SetLabel(at.knobs.empty() ? at.workload.key()
                                    : at.workload.key() + " | " + model::to_text(at.knobs));
  }
  bool failed() const { return failed_; }

 private:
  /// Built and found right, or reported as an error of that benchmark.
  bool prepare(const Case& at, benchmark::State& state) {
    prepared_.reset();
    current_.clear();
    omp_set_num_threads(threads_);
    std::string wrong;
    try {
      prepared_ = std::make_unique<harness::PreparedKernel>(
          *kernels::find_kernel(at.kernel), at.workload, at.knobs, at.device, devices_);
      wrong = prepared_->verify();
    } catch (const std::exception& error) {
      wrong = error.what();
    }
    if (!wrong.empty()) {
      failed_ = true;
      state.SkipWithError(wrong.c_str());
      return false;
    }
    current_ = at.name;
    return true;
  }

  int threads_;
  runtime::DeviceSet devices_;
  std::string current_;
  std::unique_ptr<harness::PreparedKernel> prepared_;
  bool failed_ = false;
};

/// The workload's key without spaces, so that a benchmark's name stays one word.
std::string word(const model::Workload& workload) {
  std::string text = workload.key();
  std::replace(text.begin(), text.end(), ' ', ',');
  return text;
}

std::vector<devices::DeviceInfo> chosen_devices(const Options& options) {
  std::vector<devices::DeviceInfo> chosen;
  for (const std::string& id : options.devices) {
    runtime::DeviceSet opened;
    chosen.push_back(opened.get(id).info());
  }
  return chosen;
}

/// Every kernel that takes the workload, each with its own default setting.
void add_kernels(const std::string& prefix, const model::Workload& workload,
                 const devices::DeviceInfo& device, std::vector<Case>& cases) {
  for (const kernels::Kernel* kernel : kernels::kernels_for(workload, device)) {
    cases.push_back({fmt::format("{}/{}/{}", prefix, device.id, kernel->name()),
                     std::string(kernel->name()), device.id, workload,
                     kernel->default_knobs(workload, device)});
  }
}

void add_model(const Options& options, const std::vector<devices::DeviceInfo>& devices,
               std::vector<Case>& cases) {
  const auto model = runtime::load_model(options.model, parse_dims(options.dims));
  for (const model::Layer& layer : model.layers) {
    if (layer.family == "view" || layer.family.starts_with("op:")) continue;
    for (const std::string& scheme : options.schemes) {
      if (!layer.quantizable() && scheme != options.schemes.front()) continue;
      const auto workload =
          runtime::tuning_workload(model, layer, layer.quantizable() ? scheme : "fp32");
      for (const auto& device : devices) {
        add_kernels(fmt::format("layer/{}/{}", layer.id, layer.quantizable() ? scheme : "fp32"),
                    workload, device, cases);
      }
    }
  }
}

void add_workloads(const Options& options, const std::vector<devices::DeviceInfo>& devices,
                   std::vector<Case>& cases) {
  for (const std::string& key : options.workloads) {
    const auto workload = model::Workload::parse(key);
    const std::size_t before = cases.size();
    for (const auto& device : devices) {
      add_kernels("workload/" + word(workload), workload, device, cases);
    }
    if (cases.size() == before) {
      throw model::UnsupportedModel(fmt::format("no kernel of {} takes the workload '{}'",
                                                fmt::join(options.devices, ", "), key));
    }
  }
}

/// The fastest stored setting of every workload on every device asked for.
void add_winners(const Options& options, std::vector<Case>& cases) {
  if (options.db.empty()) return;
  const results::Store store(options.db, results::Store::Mode::read_only);
  std::set<std::string> seen;
  for (const results::KernelRecord& record : store.kernels("", "")) {
    const bool wanted = std::find(options.devices.begin(), options.devices.end(), record.device) !=
                        options.devices.end();
    if (!wanted || record.outcome != results::Outcome::ok ||
        kernels::find_kernel(record.kernel) == nullptr ||
        !seen.insert(record.device + " " + record.workload).second) {
      continue;
    }
    const auto workload = model::Workload::parse(record.workload);
    cases.push_back({fmt::format("winner/{}/{}/{}", word(workload), record.device, record.kernel),
                     record.kernel, record.device, workload, model::knobs_from_text(record.knobs)});
  }
}

std::vector<Case> collect(const Options& options) {
  if (options.model.empty() && options.workloads.empty() && options.db.empty()) {
    throw harness::ConfigError("bench needs --model, --workload or --db: what to time");
  }
  const auto devices = chosen_devices(options);
  std::vector<Case> cases;
  if (!options.model.empty()) add_model(options, devices, cases);
  add_workloads(options, devices, cases);
  add_winners(options, cases);
  return cases;
}

/// Hands Google Benchmark its flags, which it points to from then on: `words` must outlive the
/// run. Throws ConfigError for what it does not know.
void initialize(std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (std::string& flag : words) arguments.push_back(flag.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (count > 1) {
    throw harness::ConfigError(
        fmt::format("bench does not know '{}'; Google Benchmark's flags are written "
                    "--benchmark_name=value",
                    arguments[1]));
  }
}

int bench(const Options& options) {
  std::vector<std::string> words = {"paretune bench"};
  words.insert(words.end(), options.flags.begin(), options.flags.end());
  initialize(words);
  const std::vector<Case> cases = collect(options);
  Bench bench(options.threads);
  for (const Case& at : cases) {
    benchmark::RegisterBenchmark(at.name.c_str(),
                                 [&bench, &at](benchmark::State& state) { bench.run(at, state); })
        ->UseManualTime()
        ->MeasureProcessCPUTime()
        ->Unit(benchmark::kMicrosecond);
  }
  benchmark::AddCustomContext("paretune", PARETUNE_VERSION);
  benchmark::AddCustomContext("threads", fmt::format("{}", options.threads));
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return bench.failed() ? kGateFailed : kOk;
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand(
      "bench", "time kernels, workloads and stored winners with Google Benchmark");
  verb->footer(
      "Every kernel is compared with the reference before it is timed; exit code 1 when one is "
      "wrong.\nGoogle Benchmark's flags work: --benchmark_filter=, --benchmark_repetitions=, "
      "--benchmark_format=json,\n--benchmark_out=, --benchmark_list_tests ...\n"
      "Example: paretune bench --model model.onnx --scheme int8_channel --benchmark_filter=conv");
  const auto options = std::make_shared<Options>();
  verb->add_option("--model", options->model, "every kernel that can run one of its layers");
  verb->add_option("--dims", options->dims, "sizes of free dimensions: batch=8,seq=128")
      ->delimiter(',');
  verb->add_option("--scheme", options->schemes, "schemes of the model's layers")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--workload", options->workloads,
                   "a workload's key, as paretune inspect --json prints it; may be given again");
  verb->add_option("--db", options->db,
                   "the fastest stored setting of every workload in this results database");
  verb->add_option("--device", options->devices, "devices to run on")
      ->delimiter(',')
      ->capture_default_str();
  verb->add_option("--threads", options->threads, "CPU threads")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->allow_extras();
  verb->callback([&action, options, verb] {
    options->flags = verb->remaining();
    action = [options] { return bench(*options); };
  });
}

}  // namespace paretune::cli
