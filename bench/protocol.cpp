// SPDX-License-Identifier: Apache-2.0
// Does the paired protocol (docs/explanation/measurement.md) claim wins that are none, and does it
// find those that are? `--part` simulated | power | real | planted; all when absent. `--json`: one
// line per figure.
#include <fmt/format.h>
#include <sys/types.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <memory>
#include <thread>

#include "bench/figure.h"
#include "bench/recorded_noise.h"
#include "bench/spin_pairs.h"
#include "harness/co_tenants.h"
#include "harness/machine_state.h"
#include "harness/side.h"
#include "harness/side_process.h"
#include "results/statistics.h"

namespace {

namespace fs = std::filesystem;
using namespace paretune;
using bench::Figure;
using results::Verdict;

struct Options {
  int nights = 1000, comparisons = 300, planted = 40, real_pairs = 120;
  std::string part, data = PARETUNE_NOISE_DIR, model = PARETUNE_RESNET8, program;
  int watcher = 0;
  bool json = false, check = false;
};

std::string load() { return fmt::format("load {:.1f}", harness::read_machine_state().load); }

/// A study's defaults but for the pause between blocks, which a recording cannot show.
harness::ComparisonPlan plan_without_pause() {
  harness::ComparisonPlan plan;
  plan.later_seconds = 0;
  return plan;
}

bool simulated(const Options& options, const std::string& machine) {
  const bench::RecordedNoise noise(fs::path(options.data) / ("noise_" + machine + ".csv"));
  int mean = 0, best = 0, confirmed = 0;
  for (int night = 0; night < options.nights; ++night) {
    const bench::Night result =
        bench::simulate_night(noise, plan_without_pause(), static_cast<std::uint64_t>(night + 1));
    mean += result.naive_mean ? 1 : 0;
    best += result.naive_best ? 1 : 0;
    confirmed += result.confirmed ? 1 : 0;
  }
  const auto share = [&](int count) { return 100.0 * count / options.nights; };
  const std::string context = fmt::format(
      "nights of 50 identical candidates, noise recorded on a {} machine in {} processes", machine,
      noise.processes().size());
  Figure{"naive_mean_of_3_" + machine,
         share(mean),
         "%",
         "",
         true,
         options.nights,
         "one candidate, mean of 3 runs, faster wins; " + context}
      .print(options.json);
  Figure{"naive_best_of_50_" + machine,
         share(best),
         "%",
         "",
         true,
         options.nights,
         "best of 50 medians of 30 runs, gain above 2 %; " + context}
      .print(options.json);
  const int goal = 4 * options.nights / 1000;
  Figure{"false_wins_simulated_" + machine,
         static_cast<double>(confirmed),
         "nights",
         fmt::format("<= {}", goal),
         confirmed <= goal,
         options.nights,
         context}
      .print(options.json);
  return confirmed <= goal;
}

/// How often a gain is found in recorded noise: no goal, but what to expect.
void power(const Options& options, const std::string& machine) {
  const bench::RecordedNoise noise(fs::path(options.data) / ("noise_" + machine + ".csv"));
  constexpr int trials = 200;
  for (const int percent : {1, 2, 3, 5, 10, 20}) {
    int found = 0, open = 0;
    for (int trial = 0; trial < trials; ++trial) {
      bench::ReplayedPairs pairs(noise, static_cast<std::uint64_t>(1000 * percent + trial),
                                 percent / 100.0);
      const auto verdict =
          harness::compare_all({{"", &pairs, false}}, plan_without_pause()).front().verdict;
      found += verdict == Verdict::win ? 1 : 0;
      open += verdict == Verdict::inconclusive ? 1 : 0;
    }
    Figure{fmt::format("gain_of_{}_found_{}", percent, machine),
           100.0 * found / trials,
           "%",
           "",
           true,
           trials,
           fmt::format("{} inconclusive, {} same or loss; up to 480 pairs", open,
                       trials - found - open)}
        .print(options.json);
  }
}

bool real(const Options& options) {
  int wins = 0, losses = 0, same = 0;
  const harness::SideTarget target = harness::parse_side(options.model);
  for (int i = 0; i < options.comparisons; ++i) {
    harness::SidePairs pairs(target, target, options.program);
    harness::ComparisonPlan plan = plan_without_pause();
    plan.seed = static_cast<std::uint64_t>(i + 1);
    plan.max_pairs = options.real_pairs;
    const auto result = harness::compare_all({{"", &pairs, false}}, plan).front();
    if (result.failure) throw std::runtime_error(result.failure->reason);
    wins += result.verdict == Verdict::win ? 1 : 0;
    losses += result.verdict == Verdict::loss ? 1 : 0;
    same += result.verdict == Verdict::same ? 1 : 0;
  }
  Figure{"false_wins_real",
         static_cast<double>(wins),
         "wins",
         "<= 0",
         wins == 0,
         options.comparisons,
         fmt::format(
             "ResNet-8 against itself, a process each; {} losses, {} same, {} inconclusive; {}",
             losses, same, options.comparisons - wins - losses - same, load())}
      .print(options.json);
  return wins == 0;
}

bool planted(const Options& options, int tenants) {
  const std::int64_t iterations = bench::SpinPairs::calibrate(200);
  std::unique_ptr<harness::CoTenants> others;
  if (tenants > 0) others = std::make_unique<harness::CoTenants>(tenants);
  int found = 0, open = 0;
  for (int i = 0; i < options.planted; ++i) {
    bench::SpinPairs pairs(iterations, 0.05);
    harness::ComparisonPlan plan = plan_without_pause();
    plan.seed = static_cast<std::uint64_t>(i + 1);
    const auto result = harness::compare_all({{"", &pairs, false}}, plan).front();
    found += result.verdict == Verdict::win ? 1 : 0;
    open += result.verdict == Verdict::inconclusive ? 1 : 0;
  }
  const int wrong = options.planted - found - open;
  const double share = 100.0 * found / options.planted;
  const std::string context = fmt::format(
      "spin of 200 us against one of 190 us, {} co-tenants: {} found, {} inconclusive, {} same or "
      "loss; {}",
      tenants, found, open, wrong, load());
  if (tenants > 0) {
    Figure{"planted_gain_misjudged_under_load",
           static_cast<double>(wrong),
           "",
           "<= 0",
           wrong == 0,
           options.planted,
           context}
        .print(options.json);
    return wrong == 0;
  }
  Figure{"planted_gain_found", share, "%", ">= 90", share >= 90, options.planted, context}.print(
      options.json);
  return share >= 90;
}

/// One model's runs with another program awake (A) and stopped (B).
class Watched : public harness::PairSource {
 public:
  Watched(harness::SideTarget target, fs::path program, pid_t watcher)
      : target_(std::move(target)), program_(std::move(program)), watcher_(watcher) {}
  ~Watched() override { ::kill(watcher_, SIGCONT); }

  std::variant<results::PairCluster, results::Failure> take(int pairs,
                                                            std::uint64_t seed) override {
    harness::SideProcess side(target_, program_);
    side.open(target_);
    harness::PairOrder order(seed);
    results::PairCluster cluster;
    for (int i = 0; i < pairs; ++i) {
      const bool a_first = order.a_first();
      for (const bool awake : {a_first, !a_first}) {
        (awake ? cluster.a : cluster.b).push_back(sample(side, awake));
      }
    }
    return cluster;
  }

 private:
  std::int64_t sample(harness::SideProcess& side, bool awake) const {
    if (::kill(watcher_, awake ? SIGCONT : SIGSTOP) != 0) {
      throw std::runtime_error("the watching program is gone");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // it goes on with what it does
    constexpr int runs = 31;  // the first of them wake the processor
    std::vector<std::int64_t> walls;
    for (int i = 0; i < runs; ++i) walls.push_back(side.sample().wall_ns);
    return std::llround(results::quantile(walls, 0.5));
  }

  harness::SideTarget target_;
  fs::path program_;
  pid_t watcher_;
};

bool watched(const Options& options) {
  Watched pairs(harness::parse_side(options.model), options.program, options.watcher);
  const auto result = harness::compare_all({{"", &pairs, false}}, plan_without_pause()).front();
  // Awake slower than stopped would be the watcher's fault; more than the margin is a loss.
  const bool met = result.verdict == Verdict::same || result.verdict == Verdict::win;
  Figure{"latency_with_gui_attached",
         result.interval.value,
         "ratio",
         "same",
         met,
         result.estimate.pairs,
         fmt::format("{}; {}", harness::to_text(result, 0.01), load())}
      .print(options.json);
  return met;
}

/// Whether every goal was met.
bool run(const Options& options) {
  if (options.watcher > 0) return watched(options);
  bool met = true;
  const auto wanted = [&](const char* part) {
    return options.part.empty() || options.part == part;
  };
  if (wanted("planted")) {
    met = planted(options, 0) && met;
    met = planted(options, 2) && met;
  }
  if (wanted("simulated")) {
    met = simulated(options, "quiet") && met;
    met = simulated(options, "busy") && met;
  }
  if (wanted("power")) {
    power(options, "quiet");
    power(options, "busy");
  }
  if (wanted("real")) met = real(options) && met;
  return met;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.program =
      (fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "bin/paretune").string();
  CLI::App app("How often the paired protocol errs, and what it finds");
  app.add_option("--part", options.part, "simulated, power, real or planted; all when absent")
      ->check(CLI::IsMember({"simulated", "power", "real", "planted"}));
  app.add_option("--nights", options.nights)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--comparisons", options.comparisons)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--real-pairs", options.real_pairs,
                 "most pairs of a real comparison: the whole error rate is spent by then")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--planted", options.planted)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--model", options.model, "ONNX file of the real comparisons");
  app.add_option("--program", options.program, "paretune");
  app.add_option(
      "--watcher", options.watcher,
      "only this: does the process of that id (a GUI on a database that is being written) "
      "change the latency? It is stopped and continued, 20 ms each");
  app.add_flag("--json", options.json);
  app.add_flag("--check", options.check, "exit 1 when a goal is missed");
  CLI11_PARSE(app, argc, argv);
  try {
    const bool met = run(options);
    return options.check && !met ? 1 : 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_protocol: {}\n", error.what());
    return 1;
  }
}
