// SPDX-License-Identifier: Apache-2.0
// How long does ResNet-8 take, from host input to host output, under each scheme on each device,
// without any tuning? Google Benchmark with random interleaving; `--json` prints one line per
// figure: time relative to fp32 on cpu in the same run. Google Benchmark's own flags work too.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/calibrate.h"
#include "model/errors.h"
#include "runtime/session.h"

namespace {

using namespace paretune;

constexpr int kRepetitions = 15;
constexpr const char* kBase = "fp32/cpu";

/// Smallest wall and CPU time per run of each benchmark over its repetitions, in nanoseconds.
class Minima : public benchmark::BenchmarkReporter {
 public:
  struct Times {
    double wall = 0, cpu = 0;
    int n = 0;
  };
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      Times& times = times_[run.run_name.function_name];
      const auto iterations = static_cast<double>(run.iterations);
      const double wall = run.real_accumulated_time / iterations * 1e9;
      const double cpu = run.cpu_accumulated_time / iterations * 1e9;
      times.wall = times.n == 0 ? wall : std::min(times.wall, wall);
      times.cpu = times.n == 0 ? cpu : std::min(times.cpu, cpu);
      ++times.n;
    }
  }
  const std::map<std::string, Times>& times() const { return times_; }

 private:
  std::map<std::string, Times> times_;
};

model::Candidate uniform(const runtime::LoadedModel& model, const std::string& scheme,
                         const devices::DeviceInfo& device) {
  model::Candidate candidate;
  for (const model::Layer& layer : model.layers) {
    candidate.layers[layer.id] =
        runtime::default_choice(model, layer, layer.quantizable() ? scheme : "fp32", device);
  }
  return candidate;
}

/// Registers one benchmark per scheme and device that can run it.
void add_benchmarks(const runtime::LoadedModel& model, runtime::DeviceSet& devices,
                    const std::vector<model::Tensor>& inputs) {
  for (const devices::DeviceInfo& device : devices::discover()) {
    for (const std::string scheme : {"fp32", "int8_tensor", "int8_channel"}) {
      std::shared_ptr<runtime::Session> session;  // shared with the registered function only
      try {
        session =
            std::make_shared<runtime::Session>(model, uniform(model, scheme, device), devices);
      } catch (const model::UnsupportedModel& refused) {
        fmt::print(stderr, "{} on {}: {}\n", scheme, device.id, refused.what());
        continue;
      }
      auto outputs = std::make_shared<std::vector<model::Tensor>>();
      benchmark::RegisterBenchmark(fmt::format("{}/{}", scheme, device.id).c_str(),
                                   [session, outputs, inputs](benchmark::State& state) {
                                     for (auto _ : state) session->run(inputs, *outputs);
                                   })
          ->Repetitions(kRepetitions)
          ->MinTime(0.05)
          ->MeasureProcessCPUTime()
          ->UseRealTime();
    }
  }
}

void print_figures(const std::map<std::string, Minima::Times>& times) {
  const auto base = times.find(fmt::format("{}", kBase));
  if (base == times.end()) return;
  for (const auto& entry : times) {
    const std::string& name = entry.first;
    const Minima::Times& mine = entry.second;
    const auto line = [&](const char* clock, double value) {
      fmt::print("{}\n",
                 nlohmann::ordered_json(
                     {{"figure", "resnet8 " + name + " " + clock},
                      {"value", value},
                      {"unit", std::string("x ") + kBase},
                      {"goal", nullptr},
                      {"met", nullptr},
                      {"n", mine.n},
                      {"context", {{"wall_us", mine.wall / 1e3}, {"cpu_us", mine.cpu / 1e3}}}})
                     .dump());
    };
    line("cpu", mine.cpu / base->second.cpu);
    line("wall", mine.wall / base->second.wall);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
  std::vector<char*> arguments(argv, argv + argc);
  if (json) arguments.erase(arguments.begin() + 1);
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  arguments.push_back(interleave.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());

  runtime::LoadedModel model = runtime::load_model(PARETUNE_RESNET8);
  runtime::DeviceSet devices;
  model::Tensor image(model::ElementType::f32, {1, 1, 28, 28});
  for (std::size_t i = 0; i < image.count(); ++i) {
    image.data<float>()[i] = static_cast<float>(i % 29) / 14.0F - 1.0F;
  }
  model.parameters = harness::calibrate_min_max(
      model, devices, 1, [&](std::size_t) { return std::vector<model::Tensor>{image}; });
  add_benchmarks(model, devices, {image});
  if (!json) return benchmark::RunSpecifiedBenchmarks() > 0 ? 0 : 1;
  Minima minima;
  benchmark::RunSpecifiedBenchmarks(&minima);
  print_figures(minima.times());
  return minima.times().empty() ? 1 : 0;
}
