// SPDX-License-Identifier: Apache-2.0
#include "tests/gui/synthetic_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace paretune::gui::testing {
namespace {

constexpr int layer_count = 12;

std::string layer_id(int index) {
  return index == layer_count - 1 ? fmt::format("L{:03}/dense", index)
                                  : fmt::format("L{:03}/conv_{}", index, index);
}

double uniform(std::mt19937& random, double lo, double hi) {
  return std::uniform_real_distribution<double>(lo, hi)(random);
}

int below(std::mt19937& random, int limit) {
  return std::uniform_int_distribution<int>(0, limit - 1)(random);
}

model::Candidate make_candidate(std::mt19937& random, bool baseline) {
  static const std::array<const char*, 4> schemes = {"fp32", "bf16", "int8_tensor", "int8_channel"};
  model::Candidate candidate;
  candidate.threads = 2;
  const int placement = baseline ? 0 : below(random, 3);  // cpu, opencl, per layer
  const int favourite = below(random, 4);
  for (int i = 0; i < layer_count; ++i) {
    model::LayerChoice choice;
    choice.scheme = "fp32";
    if (!baseline) {
      choice.scheme =
          schemes[static_cast<std::size_t>(below(random, 3) == 0 ? below(random, 4) : favourite)];
    }
    const bool accelerated = placement == 1 || (placement == 2 && below(random, 2) == 1);
    choice.device = accelerated ? "opencl:0" : "cpu";
    choice.kernel = accelerated ? "conv_tiled" : "onednn_conv";
    if (accelerated) {
      choice.knobs = {{"bm", 16 << below(random, 3)}, {"bn", 16 << below(random, 3)}};
    }
    candidate.layers[layer_id(i)] = choice;
  }
  return candidate;
}

struct Truth {
  double latency = 0, memory = 0, accuracy = 0;
};

Truth truth_of(const model::Candidate& candidate, std::mt19937& random) {
  Truth truth{0.4, 1.0, 0.886};
  for (const auto& [id, choice] : candidate.layers) {
    const bool integer = choice.scheme.rfind("int8", 0) == 0;
    const bool half = choice.scheme == "bf16";
    truth.latency += (integer ? 0.12
                      : half  ? 0.2
                              : 0.31) *
                     uniform(random, 0.9, 1.5) * (choice.device == "cpu" ? 1.0 : 0.8);
    truth.memory += integer ? 0.3 : half ? 0.6 : 1.2;
    truth.accuracy -= (choice.scheme == "int8_tensor"    ? 0.0032
                       : choice.scheme == "int8_channel" ? 0.0011
                       : half                            ? 0.0003
                                                         : 0) *
                      uniform(random, 0.4, 1.6);
  }
  return truth;
}

std::vector<results::Metric> metrics_of(const Truth& truth) {
  const double l = truth.latency;
  const double error = 1.96 * std::sqrt(truth.accuracy * (1 - truth.accuracy) / 10000);
  return {{"latency_p50_ms", l, l * 0.985, l * 1.02, 200},
          {"latency_min_ms", l * 0.93, l * 0.93, l * 0.93, 200},
          {"latency_p90_ms", l * 1.11, l * 1.08, l * 1.16, 200},
          {"cpu_p50_ms", l * 1.7, l * 1.66, l * 1.74, 200},
          {"memory_mib", truth.memory, truth.memory, truth.memory, 1},
          {"accuracy", truth.accuracy, truth.accuracy - error, truth.accuracy + error, 10000}};
}

}  // namespace

std::string layers_json() {
  std::vector<std::string> layers;
  layers.reserve(layer_count);
  for (int i = 0; i < layer_count; ++i) {
    layers.push_back(fmt::format(R"({{"id":"{}","family":"{}","workload":"","quantizable":true}})",
                                 layer_id(i), i == layer_count - 1 ? "gemm" : "conv"));
  }
  return fmt::format("[{}]", fmt::join(layers, ","));
}

results::CandidateRow make_row(std::int64_t id, std::mt19937& random) {
  results::CandidateRow row;
  row.id = id;
  row.study_id = 1;
  row.row_version = id;
  row.origin = id == 1 ? "baseline" : "search";
  row.candidate = make_candidate(random, id == 1);
  row.point = std::to_string(id);
  for (results::Metric& metric : metrics_of(truth_of(row.candidate, random))) {
    row.metrics[metric.name] = metric;
  }
  return row;
}

std::vector<results::CandidateRow> make_rows(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<results::CandidateRow> rows;
  rows.reserve(count);
  for (std::size_t i = 1; i <= count; ++i) {
    rows.push_back(make_row(static_cast<std::int64_t>(i), random));
  }
  return rows;
}

Writer::Writer(const std::filesystem::path& file, std::int64_t planned, const std::string& study)
    : store_(file) {
  results::MachineRecord machine;
  machine.fingerprint = "machine";
  machine.hostname = "bench-1";
  machine.devices_json = "[]";
  results::ModelRecord model;
  model.hash = "model-hash";
  model.path = "resnet8.onnx";
  model.name = "resnet8";
  model.layers_json = layers_json();
  results::StudyRecord record;
  record.name = study;
  record.hash = "study-" + study;
  record.config_json = "{}";
  record.model_id = store_.model(model);
  study_id_ = store_.study(record);
  session_id_ = store_.begin_session(study_id_, store_.machine(machine), planned, 1);
}

std::int64_t Writer::add(const model::Candidate& candidate, double latency_ms, double memory_mib,
                         double accuracy) {
  ++made_;
  results::EvaluationRecord evaluation;
  evaluation.session_id = session_id_;
  evaluation.candidate_id = store_.candidate(study_id_, candidate, "p=" + std::to_string(made_),
                                             made_ == 1 ? "baseline" : "search");
  evaluation.block = made_ % 7 == 1 ? 1 : 0;
  evaluation.measurement.metrics = metrics_of({latency_ms, memory_mib, accuracy});
  evaluation.measurement.wall_ns.assign(200, static_cast<std::int64_t>(latency_ms * 1e6));
  evaluation.seconds = 1;
  store_.record(evaluation);
  return evaluation.candidate_id;
}

std::int64_t Writer::add() {
  const model::Candidate candidate = make_candidate(random_, made_ == 0);
  const Truth truth = truth_of(candidate, random_);
  return add(candidate, truth.latency, truth.memory, truth.accuracy);
}

std::int64_t Writer::add_failed(results::Outcome outcome, const std::string& reason) {
  ++made_;
  results::EvaluationRecord evaluation;
  evaluation.session_id = session_id_;
  evaluation.candidate_id = store_.candidate(study_id_, make_candidate(random_, false),
                                             "p=" + std::to_string(made_), "search");
  evaluation.outcome = outcome;
  evaluation.failure = {outcome, "latency", reason, 0};
  store_.record(evaluation);
  return evaluation.candidate_id;
}

void Writer::end() { store_.end_session(session_id_, "done"); }

}  // namespace paretune::gui::testing
