// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/study.h"
#include "harness/supervisor.h"
#include "results/statistics.h"

namespace paretune::harness {

/// Figures from hashes instead of machines: every answer is a function of the request.
class FakeEvaluator : public Evaluator {
 public:
  Description description;
  std::vector<std::string> kernels;      ///< "workload device kernel knobs" of every kernel request
  std::vector<std::string> evaluations;  ///< candidate JSON of every screening request
  std::vector<EvaluateRequest> confirmations;
  std::function<std::int64_t(const KernelRequest&)> kernel_ns;  ///< instead of the hash
  std::function<void()> before_answer;  ///< called by each kernel and evaluate request

  /// What the canary of a device says; without, no device has one.
  std::function<std::variant<KernelMeasurement, results::Failure>(const std::string&)> canary_says;
  int canaries = 0;
  /// Outcome of an evaluate request instead of a measurement, where it gives one.
  std::function<std::optional<results::Failure>(const EvaluateRequest&)> failure_of;
  std::map<std::string, std::string> lost;
  std::function<void()> on_restart;

  /// Kernel requests, each once: what crashes is tried twice.
  std::set<std::string> settings() const { return {kernels.begin(), kernels.end()}; }

  FakeEvaluator() {
    description.model_hash = "model";
    description.model_name = "fake.onnx";
    description.machine.fingerprint = "machine";
    for (const char* id : {"L0/a", "L1/b"}) {
      description.layers.push_back(
          {id, "conv", true, 1, 1, {{"fp32", "conv k=1"}, {"int8_channel", "conv k=1 u8"}}});
    }
    description.layers.push_back({"L2/pool", "max_pool", false, 0, 0, {{"fp32", "pool"}}});
    for (const auto& layer : description.layers) {
      for (const char* device : {"cpu", "opencl:0"}) {
        for (const auto& [scheme, workload] : layer.workloads) {
          // opencl:0 cannot run the second layer in int8.
          if (layer.id == "L1/b" && scheme == "int8_channel" && device[0] == 'o') continue;
          description.defaults[scheme + "|" + device + "|" + layer.id] = {
              scheme, device, "own", {{"bm", 1}}};
        }
      }
    }
    for (const char* workload : {"conv k=1", "conv k=1 u8"}) {
      for (const char* device : {"cpu", "opencl:0"}) {
        KernelTask task{workload, device, "own", "v1", {}, {}, {{"bm", 1}}};
        task.space.add(search::Parameter{"bm", {1, 2, 4, 8, 16, 32}, {}});
        description.tasks.push_back(task);
      }
    }
    description.tasks.push_back({"pool", "cpu", "plain", "v1", {}, {}, {}});
  }

  Description describe() override { return description; }
  model::QuantParameters calibrate() override { return {{"x", {1, 0}}}; }
  void set_parameters(const model::QuantParameters& parameters) override {
    parameters_set = !parameters.empty();
  }
  bool parameters_set = false;

  std::variant<KernelMeasurement, results::Failure> canary(const std::string& device) override {
    ++canaries;
    if (canary_says) return canary_says(device);
    return results::Failure{results::Outcome::unsupported, "build", "none", 0};
  }
  void restart() override {
    if (on_restart) on_restart();
  }
  std::map<std::string, std::string> lost_devices() const override { return lost; }

  std::variant<KernelMeasurement, results::Failure> kernel(const KernelRequest& request) override {
    if (before_answer) before_answer();
    const std::string text = request.workload + " " + request.device + " " + request.kernel + " " +
                             model::to_text(request.knobs);
    kernels.push_back(text);
    if (!kernel_ns && hash(text) % 7 == 0)
      return results::Failure{results::Outcome::crash, "latency", "unlucky", 11};
    KernelMeasurement measurement;
    measurement.wall_ns.assign(
        5, kernel_ns ? kernel_ns(request) : 1000 + static_cast<std::int64_t>(hash(text) % 1000));
    measurement.cpu_ns = measurement.wall_ns;
    return measurement;
  }

  std::variant<results::Measurement, results::Failure> evaluate(
      const EvaluateRequest& request) override {
    if (before_answer) before_answer();
    if (request.split == "report") {
      confirmations.push_back(request);
    } else {
      evaluations.push_back(request.candidate.json());
    }
    if (failure_of) {
      if (auto failure = failure_of(request)) return *failure;
    }
    results::Measurement measurement;
    std::int64_t latency = 0;
    for (const auto& [id, choice] : request.candidate.layers) {
      const bool int8 = choice.scheme == "int8_channel";
      latency += int8 ? 300000 : 1000000;
      measurement.numerics += id + choice.scheme + ";";
    }
    latency += static_cast<std::int64_t>(hash(request.candidate.json()) % 1000);
    for (int i = 0; i < 12; ++i) measurement.wall_ns.push_back(latency + i);
    measurement.cpu_ns = measurement.wall_ns;
    measurement.incumbent_wall_ns.assign(12, 3000000);
    measurement.metrics.push_back({"memory_mib", 2, 2, 2, 1});
    const std::string accuracy = request.split == "report" ? "accuracy_report" : "accuracy";
    if (!request.accuracy) return measurement;
    if (!request.known_accuracy.contains(measurement.numerics)) {
      ++scored;
      measurement.metrics.push_back({accuracy, 0.9, 0.89, 0.91, 1000});
    } else {
      measurement.metrics.push_back(request.known_accuracy.at(measurement.numerics));
    }
    return measurement;
  }
  int scored = 0;

 private:
  static std::size_t hash(const std::string& text) {
    return std::stoull(model::sha256(text).substr(0, 12), nullptr, 16);
  }
};

/// Two devices, two schemes; small numbers of everything.
inline Study fake_study(const std::string& strategy = "random") {
  Study study;
  study.name = "fake";
  study.devices = {"cpu", "opencl:0"};
  study.schemes = {"fp32", "int8_channel"};
  study.objectives = {"latency_p50_ms", "memory_mib", "accuracy"};
  study.strategy = strategy;
  study.candidates = 5;
  study.kernel_trials = 2;
  study.finalists = 2;
  study.pairs = 12;
  study.max_pairs = 24;
  study.restarts = 1;
  study.later_seconds = 0;
  return study;
}

/// A confirmed candidate whose ratio to the baseline is known to +-`width`.
inline results::CandidateRow row_of(std::int64_t id, const std::string& origin, double ratio,
                                    double width, double accuracy) {
  results::CandidateRow row;
  row.id = id;
  row.origin = origin;
  row.confirmed = true;
  row.metrics["latency_ratio"] = {"latency_ratio", ratio, ratio - width, ratio + width, 60};
  row.metrics["accuracy"] = {"accuracy", accuracy, accuracy, accuracy, 1000};
  results::ComparisonRecord comparison;
  comparison.candidate_id = id;
  comparison.kind = "finalist";
  comparison.verdict =
      results::to_text(results::judge({ratio, ratio - width, ratio + width}, 0.01));
  comparison.ratio = ratio;
  comparison.lo = ratio - width;
  comparison.hi = ratio + width;
  comparison.pairs = 60;
  comparison.restarts = 3;
  if (comparison.verdict == "inconclusive") comparison.more_pairs = 5;
  row.comparison = comparison;
  return row;
}

}  // namespace paretune::harness
