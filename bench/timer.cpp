// SPDX-License-Identifier: Apache-2.0
// Does Paretune's timer agree with Google Benchmark's on the same kernel? Rounds of single runs,
// each timer going first in every other one; compared are the medians of all runs.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <omp.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "bench/figure.h"
#include "harness/prepared_kernel.h"
#include "harness/timing.h"
#include "results/statistics.h"

namespace {

using namespace paretune;
using Samples = std::vector<std::int64_t>;

struct Timed {
  Samples wall, cpu;
};

/// Collects what Google Benchmark says of each repetition, in nanoseconds.
class Collector : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(Timed& into) : into_(into) {}
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const auto count = static_cast<double>(run.iterations);
      into_.wall.push_back(static_cast<std::int64_t>(run.real_accumulated_time * 1e9 / count));
      into_.cpu.push_back(static_cast<std::int64_t>(run.cpu_accumulated_time * 1e9 / count));
    }
  }

 private:
  Timed& into_;
};

void append(Samples& all, const Samples& more) { all.insert(all.end(), more.begin(), more.end()); }

nlohmann::json medians(const Timed& timed) {
  return {{"wall_p50_ns", results::quantile(timed.wall, 0.5)},
          {"cpu_p50_ns", results::quantile(timed.cpu, 0.5)},
          {"samples", timed.wall.size()}};
}

nlohmann::json ratio(const Samples& ours, const Samples& theirs) {
  const auto interval = results::paired_ratio(ours, theirs);
  return {{"value", interval.value}, {"lo", interval.lo}, {"hi", interval.hi}};
}

nlohmann::json compare_timers(int rounds, int per_round) {
  runtime::DeviceSet devices;
  const auto workload =
      model::Workload::parse("gemm add=0 bias=0 k=512 m=128 n=512 relu=0 in=f32 out=f32 wei=f32");
  const auto& cpu = devices.get("cpu").info();
  const kernels::Kernel& kernel = *kernels::kernels_for(workload, cpu).front();
  harness::PreparedKernel prepared(kernel, workload, kernel.default_knobs(workload, cpu), "cpu",
                                   devices);
  Timed ours, theirs;
  benchmark::RegisterBenchmark("kernel",
                               [&](benchmark::State& state) {
                                 for (auto _ : state) prepared.run();
                               })
      ->Iterations(1)
      ->Repetitions(per_round)
      ->UseRealTime()
      ->MeasureProcessCPUTime();
  Collector collector(theirs);
  for (int round = 0; round < rounds; ++round) {
    if (round % 2 != 0) benchmark::RunSpecifiedBenchmarks(&collector);
    const auto samples =
        harness::time_interleaved([&] { prepared.run(); }, {},
                                  {per_round, per_round, 0, static_cast<std::uint64_t>(round), {}});
    append(ours.wall, samples.wall_a);
    append(ours.cpu, samples.cpu_a);
    if (round % 2 == 0) benchmark::RunSpecifiedBenchmarks(&collector);
  }
  return {{"kernel", kernel.name()},
          {"workload", workload.key()},
          {"rounds", rounds},
          {"paretune", medians(ours)},
          {"google_benchmark", medians(theirs)},
          {"wall_ratio", ratio(ours.wall, theirs.wall)},
          {"cpu_ratio", ratio(ours.cpu, theirs.cpu)},
          {"timer_ns", harness::timer_overhead_ns()}};
}

}  // namespace

/// bench_timer [--short] [--json]: exit code 1 when the wall times' ratio is not within 5 % of 1.
int main(int argc, char** argv) {
  bool quick = false, json = false;
  for (int i = 1; i < argc; ++i) {
    quick = quick || argv[i] == std::string_view("--short");
    json = json || argv[i] == std::string_view("--json");
  }
  omp_set_num_threads(1);
  const auto result = compare_timers(quick ? 6 : 40, 25);
  const auto print = [&](const char* clock, const char* name) {
    const auto& ratio = result.at(clock);
    const double value = ratio.at("value");
    const bool met = value >= 0.95 && value <= 1.05;
    paretune::bench::Figure{
        name,
        value,
        "ratio",
        "0.95-1.05",
        met,
        result.at("paretune").at("samples"),
        fmt::format("[{:.4f}, {:.4f}]; {}, ours over Google Benchmark's, rounds in "
                    "turn",
                    ratio.at("lo").get<double>(), ratio.at("hi").get<double>(),
                    result.at("kernel").get<std::string>())}
        .print(json);
    return met;
  };
  const bool wall = print("wall_ratio", "timer_wall_over_google_benchmark");
  const bool cpu = print("cpu_ratio", "timer_cpu_over_google_benchmark");
  return wall && cpu ? 0 : 1;
}
