// SPDX-License-Identifier: Apache-2.0
// What one evaluation costs beside the candidate's own runs: supervisor, worker, protocol, metrics;
// and, apart, the commit. Candidates are spins, whose processor time the worker adds up itself.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <filesystem>

#include "bench/figure.h"
#include "harness/supervisor.h"
#include "harness/timing.h"
#include "harness/tune_state.h"
#include "results/statistics.h"
#include "results/store.h"

namespace {

using namespace paretune;

std::int64_t cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::int64_t{1000000000} * time.tv_sec + time.tv_nsec;
}

/// Runs that do nothing but take a millisecond.
class SpinBackend : public harness::Backend {
 public:
  harness::Description describe() override { return {}; }
  model::QuantParameters calibrate(const Stage&) override { return {}; }
  void set_parameters(const model::QuantParameters&) override {}
  std::variant<harness::KernelMeasurement, results::Failure> kernel(const harness::KernelRequest&,
                                                                    const Stage&) override {
    return results::Failure{results::Outcome::unsupported, "build", "no kernels here", 0};
  }
  std::variant<results::Measurement, results::Failure> evaluate(
      const harness::EvaluateRequest& request, const Stage& stage) override {
    stage("build");
    stage("verify");
    stage("latency");
    const auto spin = [this] {
      constexpr std::int64_t kRunNs = 1000000;
      const std::int64_t begin = cpu_ns();
      std::int64_t now = begin;
      while (now < begin + kRunNs) now = cpu_ns();
      spun_ += now - begin;
    };
    const auto samples =
        harness::time_interleaved(spin, spin, {request.pairs, request.pairs, 0, request.seed});
    stage("accuracy");
    results::Measurement measurement;
    measurement.wall_ns = samples.wall_a;
    measurement.cpu_ns = samples.cpu_a;
    measurement.incumbent_wall_ns = samples.wall_b;
    measurement.incumbent_cpu_ns = samples.cpu_b;
    measurement.marks = samples.marks_a;
    const auto add = [&](const char* name, std::int64_t value) {
      const auto number = static_cast<double>(value);
      measurement.metrics.push_back({name, number, number, number, 1});
    };
    add("spun_ns", spun_);
    add("worker_ns", cpu_ns());
    return measurement;
  }

 private:
  std::int64_t spun_ = 0;
};

/// A candidate of thirty layers, as large models have.
model::Candidate candidate(int number) {
  model::Candidate made;
  for (int layer = 0; layer < 30; ++layer) {
    made.layers[fmt::format("L{:03}/layer", layer)] = {
        "int8_channel", "cpu", "onednn.conv", {{"block", number}, {"tile", layer}}};
  }
  return made;
}

struct Costs {
  std::vector<std::int64_t> beside, supervisor, commit, commit_cpu;
};

Costs measure(int evaluations, const std::filesystem::path& folder) {
  results::Store store(folder / "overhead.db");
  const auto machine = store.machine({"f", "h", "c", "i", "o", "g", "[]"});
  const auto model = store.model({"hash", "m.onnx", "m", "[]"});
  const auto study = store.study({"overhead", "hash", "{}", model});
  const auto session = store.begin_session(study, machine, evaluations, 1);
  harness::Study settings;
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  harness::Supervisor supervisor(settings, {self.string(), "worker"});
  Costs costs;
  double spun = 0, worker = 0;
  for (int i = 0; i <= evaluations; ++i) {
    const std::int64_t begin = cpu_ns();
    harness::EvaluateRequest request;
    request.candidate = candidate(i);
    request.incumbent = candidate(0);
    request.pairs = 30;
    auto answer = supervisor.evaluate(request);
    auto& measurement = std::get<results::Measurement>(answer);
    harness::add_latency_metrics(measurement);
    const std::int64_t own = cpu_ns() - begin;
    const double spun_now = measurement.find("spun_ns")->value;
    const double worker_now = measurement.find("worker_ns")->value;
    std::erase_if(measurement.metrics, [](const auto& m) { return m.name.ends_with("_ns"); });
    const auto beside = static_cast<std::int64_t>((worker_now - worker) - (spun_now - spun)) + own;
    spun = spun_now;
    worker = worker_now;
    results::EvaluationRecord record;
    record.session_id = session;
    record.candidate_id =
        store.candidate(study, request.candidate, fmt::format("point {}", i), "search");
    record.measurement = std::move(measurement);
    const auto wall = std::chrono::steady_clock::now();
    const std::int64_t cpu = cpu_ns();
    store.record(record);
    if (i == 0) continue;  // the first starts the worker
    costs.beside.push_back(beside);
    costs.supervisor.push_back(own);
    costs.commit_cpu.push_back(cpu_ns() - cpu);
    costs.commit.push_back((std::chrono::steady_clock::now() - wall).count());
  }
  return costs;
}

void report(const Costs& costs, bool json) {
  constexpr double kNsPerMs = 1e6;
  constexpr double kGoalMs = 3;
  const auto figure = [&](const std::string& name, const std::vector<std::int64_t>& samples,
                          const std::string& context) {
    bench::Figure made;
    made.name = name;
    made.value = results::quantile(samples, 0.5) / kNsPerMs;
    made.unit = "ms";
    made.n = static_cast<std::int64_t>(samples.size());
    made.context = context;
    return made;
  };
  auto beside =
      figure("harness_cpu_per_evaluation", costs.beside,
             "supervisor and worker beside the candidate's runs, median; nothing compiled");
  beside.goal = "<= 3";
  beside.met = beside.value <= kGoalMs;
  beside.print(json);
  figure("supervisor_cpu_per_evaluation", costs.supervisor, "deadlines, protocol, metrics").print(json);
  figure("commit_wall", costs.commit, "wall time until one evaluation is durable, median").print(json);
  figure("commit_cpu", costs.commit_cpu, "processor time of the same").print(json);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("What an evaluation costs beside the candidate's own runs");
  bool json = false;
  int evaluations = 100, fd = -1;
  app.add_flag("--json", json, "one JSON line per figure");
  app.add_option("--evaluations", evaluations)->capture_default_str();
  CLI::App* worker = app.add_subcommand("worker")->group("");
  worker->add_option("--fd", fd)->required();
  CLI11_PARSE(app, argc, argv);
  if (worker->parsed()) {
    SpinBackend backend;
    return harness::serve(fd, backend);
  }
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("paretune-overhead-{}", ::getpid());
  std::filesystem::create_directories(folder);
  report(measure(evaluations, folder), json);
  std::filesystem::remove_all(folder);
  return 0;
}
