// SPDX-License-Identifier: Apache-2.0
#include "harness/backend.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/accuracy.h"
#include "harness/calibrate.h"
#include "harness/canary_run.h"
#include "harness/dataset.h"
#include "harness/describe.h"
#include "harness/kernel_trial.h"
#include "harness/measure.h"
#include "harness/timing.h"
#include "harness/verify.h"
#include "runtime/session.h"

namespace paretune::harness {
namespace {

/// Samples whole-model outputs are compared on before a candidate is timed.
constexpr std::size_t kVerifySamples = 3;  // and an adversarial one
constexpr double kBytesPerMib = 1024.0 * 1024.0;
/// A kernel setting is screened with less effort than a candidate: it is one of hundreds.
constexpr int kKernelSamples = 15;
constexpr double kKernelSeconds = 0.04;

class RealBackend : public Backend {
 public:
  explicit RealBackend(Study study) : study_(std::move(study)) {}

  Description describe() override { return describe_model(study_, model()); }

  model::QuantParameters calibrate(const Stage& stage) override {
    stage("calibrate");
    const Dataset& data = dataset("calibrate");
    const auto batches = in_batches(split("calibrate"), data.batch());
    return calibrate_min_max(model(), devices_, batches.size(),
                             [&](std::size_t run) { return data.inputs(batches[run]); });
  }

  void set_parameters(const model::QuantParameters& parameters) override {
    model();
    model_->parameters = parameters;
    reference_.reset();
    incumbent_.reset();
  }

  std::variant<KernelMeasurement, results::Failure> kernel(const KernelRequest& request,
                                                           const Stage& stage) override {
    TimingPlan plan;
    plan.min_samples = kKernelSamples;
    plan.max_samples = study_.max_samples;
    plan.seconds = kKernelSeconds;
    plan.before = flush_before(circumstances_of(study_), devices_);
    return try_kernel(request, devices_, plan, stage, kernel_cases_);
  }

  std::variant<KernelMeasurement, results::Failure> canary(const std::string& device,
                                                           const Stage& stage) override {
    return canary_.run(device, devices_, stage);
  }

  std::variant<KernelMeasurement, results::Failure> compile(const KernelRequest& request,
                                                            const Stage& stage) override {
    return compile_kernel(request, devices_, stage, kernel_cases_);
  }

  std::variant<results::Measurement, results::Failure> evaluate(const EvaluateRequest& request,
                                                                const Stage& stage) override {
    stage("build");
    runtime::Session session(model(), request.candidate, devices_);
    if (request.verify) {
      stage("verify");
      const std::string wrong = verify_session(session, request.candidate, reference());
      if (!wrong.empty()) return results::Failure{results::Outcome::wrong, "verify", wrong};
    }
    results::Measurement measurement;
    measurement.numerics = session.numerics();
    const double mib = static_cast<double>(session.memory().total()) / kBytesPerMib;
    measurement.metrics.push_back({"memory_mib", mib, mib, mib, 1});
    stage("latency");
    time(request, session, measurement);
    if (request.accuracy) score(request, session, measurement, stage);
    return measurement;
  }

 private:
  const runtime::LoadedModel& model() {
    if (!model_) model_ = runtime::load_model(study_.model_file, study_.dims);
    return *model_;
  }

  const Dataset& dataset(const std::string& split_name) {
    const auto configured = study_.splits.find(split_name);
    const std::string source =
        configured == study_.splits.end() ? split_name : configured->second.source;
    auto& opened = sources_[source];
    if (!opened) opened = open_source(study_, source, model().graph);
    return *opened;
  }

  std::vector<std::size_t> split(const std::string& name) {
    return split_indices(study_, name, dataset(name).size());
  }

  /// One batch of inputs starting at the split's `first` sample.
  std::vector<model::Tensor> batch_inputs(const std::string& name, std::size_t first) {
    const auto indices = split(name);
    std::vector<std::size_t> chunk;
    for (std::size_t i = 0; i < dataset(name).batch(); ++i)
      chunk.push_back(indices[(first + i) % indices.size()]);
    return dataset(name).inputs(chunk);
  }

  ReferenceOutputs& reference() {
    if (!reference_) {
      std::vector<std::vector<model::Tensor>> samples;
      for (std::size_t i = 0; i < kVerifySamples; ++i) {
        samples.push_back(batch_inputs("select", i * dataset("select").batch()));
      }
      samples.emplace_back();
      for (const model::Tensor& input : samples.front()) {
        samples.back().push_back(extremes_of(input));
      }
      reference_ = std::make_unique<ReferenceOutputs>(model(), std::move(samples));
    }
    return *reference_;
  }

  runtime::Session& incumbent(const model::Candidate& candidate) {
    if (!incumbent_ || !(incumbent_candidate_ == candidate)) {
      incumbent_ = std::make_unique<runtime::Session>(model(), candidate, devices_);
      incumbent_candidate_ = candidate;
    }
    return *incumbent_;
  }

  void time(const EvaluateRequest& request, runtime::Session& session,
            results::Measurement& measurement) {
    TimingPlan plan{study_.min_samples, study_.max_samples, study_.measure_seconds, request.seed};
    if (request.pairs > 0) {
      plan.min_samples = plan.max_samples = request.pairs;
    }
    const auto inputs = batch_inputs("select", 0);
    std::vector<model::Tensor> outputs, incumbent_outputs;
    runtime::Session& other = incumbent(request.incumbent);
    Measured measured;
    measured.run = [&] { session.run(inputs, outputs); };
    measured.incumbent = [&] { other.run(inputs, incumbent_outputs); };
    measured.threads = std::max(request.candidate.threads, request.incumbent.threads);
    measured.batch = request.candidate.batch;
    // A finalist's pairs are about latency alone.
    measured.scenario = request.pairs == 0;
    measured.most_seconds = study_.run_seconds / 2;
    measure(measured, circumstances_of(study_), plan, devices_, measurement);
  }

  void score(const EvaluateRequest& request, runtime::Session& session,
             results::Measurement& measurement, const Stage& stage) {
    const auto known = request.known_accuracy.find(measurement.numerics);
    if (known != request.known_accuracy.end()) {
      measurement.metrics.push_back(known->second);
      return;
    }
    stage("accuracy");
    const std::string name = request.split == "report" ? "accuracy_report" : "accuracy";
    const Dataset& data = dataset(request.split);
    const Scoring scoring(study_, model().graph, data.batch());
    measurement.metrics.push_back(
        measure_accuracy(session, scoring, data, split(request.split), name));
  }

  Study study_;
  runtime::DeviceSet devices_;
  KernelCases kernel_cases_;
  CanaryRunner canary_;
  std::optional<runtime::LoadedModel> model_;
  std::map<std::string, std::unique_ptr<Dataset>> sources_;
  std::unique_ptr<ReferenceOutputs> reference_;
  std::unique_ptr<runtime::Session> incumbent_;
  model::Candidate incumbent_candidate_;
};

}  // namespace

std::unique_ptr<Backend> make_backend(const Study& study) {
  return std::make_unique<RealBackend>(study);
}

}  // namespace paretune::harness
