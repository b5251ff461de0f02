// SPDX-License-Identifier: Apache-2.0
// What compiling ahead gains: kernel settings of ResNet-8 on an OpenCL device, measured from cold
// caches with and without the pool of compiling processes.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "bench/figure.h"
#include "harness/backend.h"
#include "harness/supervisor.h"

namespace {

using namespace paretune;
namespace fs = std::filesystem;

struct Options {
  std::string device = "opencl:0";
  int tasks = 6, settings = 4, processes = 1;
  bool json = false;
};

struct Run {
  double seconds = 0;
  int measured = 0, failed = 0, ahead = 0;
};

/// The tasks whose kernels have most to choose from, each with its first settings.
std::vector<harness::KernelRequest> requests(const harness::Description& description,
                                             const Options& options) {
  std::vector<harness::KernelRequest> list;
  int tasks = 0;
  for (const harness::KernelTask& task : description.tasks) {
    if (task.device != options.device || task.space.parameters().empty()) continue;
    if (tasks++ == options.tasks) break;
    int taken = 0;
    const auto count = task.space.cardinality();
    // Spread over the space: neighbours would be much the same program.
    for (std::uint64_t rank = 0; rank < count && taken < options.settings;
         rank += std::max<std::uint64_t>(1, count / 37)) {
      const auto point = task.space.at(rank);
      if (!task.space.valid(point)) continue;
      list.push_back({task.workload, task.device, task.kernel, task.space.values(point), 1});
      ++taken;
    }
  }
  return list;
}

Run sweep(harness::Study study, const Options& options, int processes, const fs::path& caches) {
  fs::create_directories(caches / "pocl");
  ::setenv("PARETUNE_CACHE_DIR", (caches / "paretune").c_str(), 1);
  ::setenv("POCL_CACHE_DIR", (caches / "pocl").c_str(), 1);
  study.compile_processes = processes;
  const auto self = fs::read_symlink("/proc/self/exe");
  harness::Supervisor supervisor(study, {self.string(), "worker"});
  const auto list = requests(supervisor.describe(), options);
  const auto begin = std::chrono::steady_clock::now();
  Run run;
  constexpr std::size_t kBatch = 4;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i % kBatch == 0) {
      const auto end = std::min(list.size(), i + kBatch + 1);
      supervisor.prepare({list.begin() + static_cast<std::ptrdiff_t>(i),
                          list.begin() + static_cast<std::ptrdiff_t>(end)});
    }
    const auto answer = supervisor.kernel(list[i]);
    ++run.measured;
    if (std::holds_alternative<results::Failure>(answer)) ++run.failed;
  }
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  run.ahead = supervisor.compiled_ahead();
  return run;
}

void report(const Options& options, const harness::Study& study) {
  const auto folder = fs::temp_directory_path() / fmt::format("paretune-pool-{}", ::getpid());
  const Run without = sweep(study, options, 0, folder / "without");
  const Run with = sweep(study, options, options.processes, folder / "with");
  fs::remove_all(folder);
  const auto print = [&](const std::string& name, double value, const std::string& unit,
                         const Run& run) {
    bench::Figure figure;
    figure.name = name;
    figure.value = value;
    figure.unit = unit;
    figure.n = run.measured;
    figure.context = fmt::format("{}, cold caches, {} failed, {} compiled ahead", options.device,
                                 run.failed, run.ahead);
    figure.print(options.json);
  };
  print("settings without compile pool", without.seconds, "s", without);
  print(fmt::format("settings with {} compiling beside", options.processes), with.seconds, "s",
        with);
  print("gain of compiling ahead", without.seconds / with.seconds, "x", with);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("What compiling kernels ahead of measuring gains");
  Options options;
  int fd = -1;
  app.add_flag("--json", options.json, "one JSON line per figure");
  app.add_option("--device", options.device)->capture_default_str();
  app.add_option("--tasks", options.tasks)->capture_default_str();
  app.add_option("--settings", options.settings)->capture_default_str();
  app.add_option("--processes", options.processes)->capture_default_str();
  CLI::App* worker = app.add_subcommand("worker")->group("");
  worker->add_option("--fd", fd)->required();
  CLI11_PARSE(app, argc, argv);
  if (worker->parsed()) return harness::serve(fd, harness::make_backend);
  harness::Study study;
  study.name = "compile_pool";
  study.model_file = PARETUNE_RESNET8;
  study.devices = {"cpu", options.device};
  study.schemes = {"fp32"};
  report(options, study);
  return 0;
}
