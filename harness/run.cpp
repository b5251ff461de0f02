// SPDX-License-Identifier: Apache-2.0
#include "harness/run.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <numeric>
#include <random>
#include <utility>

#include "harness/accuracy.h"
#include "harness/calibrate.h"
#include "harness/dataset.h"
#include "harness/errors.h"
#include "harness/measure.h"
#include "harness/timing.h"
#include "model/errors.h"
#include "model/onnx/reader.h"
#include "model/onnx/writer.h"
#include "model/ops/evaluate.h"
#include "runtime/package.h"
#include "runtime/session.h"

namespace paretune::harness {
namespace {

/// A model or package with everything a session needs.
struct Target {
  runtime::LoadedModel model;
  model::Candidate candidate;
  runtime::DeviceSet devices;
};

/// Dimensions the given inputs imply for the model's free ones; `dims` wins.
std::map<std::string, std::int64_t> implied_dims(const RunOptions& options,
                                                 const std::vector<model::Tensor>& inputs) {
  std::map<std::string, std::int64_t> dims = options.dims;
  const model::Graph graph = model::read_onnx(options.model_file);
  for (std::size_t i = 0; i < std::min(inputs.size(), graph.inputs.size()); ++i) {
    const model::ValueInfo& info = graph.inputs[i];
    for (std::size_t axis = 0; axis < std::min(info.shape.size(), inputs[i].rank()); ++axis) {
      if (info.shape[axis] >= 0 || axis >= info.dim_names.size()) continue;
      dims.emplace(info.dim_names[axis], inputs[i].dim(axis));
    }
  }
  return dims;
}

/// Calibration samples from an npz whose arrays are named as the graph's inputs, stacked along the
/// first axis.
void calibrate_from(const std::filesystem::path& file, Target& target) {
  const auto arrays = read_npz(file);
  const auto& graph_inputs = target.model.graph.inputs;
  std::size_t count = 0;
  for (const model::ValueInfo& info : graph_inputs) {
    const auto found = arrays.find(info.name);
    if (found == arrays.end()) {
      throw ConfigError(fmt::format("{}: has no array '{}' for the model's input of that name",
                                    file.string(), info.name));
    }
    const auto per_sample = static_cast<std::size_t>(model::element_count(info.shape));
    if (found->second.type() != info.type || found->second.count() % per_sample != 0) {
      throw ConfigError(fmt::format(
          "{}: array '{}' is {} {}, which is no whole number of inputs {} {}", file.string(),
          info.name, model::to_text(found->second.type()), model::to_text(found->second.shape()),
          model::to_text(info.type), model::to_text(info.shape)));
    }
    count = found->second.count() / per_sample;
  }
  target.model.parameters =
      calibrate_min_max(target.model, target.devices, count, [&](std::size_t sample) {
        std::vector<model::Tensor> inputs;
        for (const model::ValueInfo& info : graph_inputs) {
          model::Tensor tensor(info.type, info.shape);
          const auto bytes = arrays.at(info.name).bytes();
          std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(sample * tensor.bytes().size()),
                      tensor.bytes().size(), tensor.bytes().begin());
          inputs.push_back(std::move(tensor));
        }
        return inputs;
      });
}

void choose_all(const RunOptions& options, Target& target) {
  const devices::DeviceInfo& device = target.devices.get(options.device).info();
  const devices::DeviceInfo& cpu = target.devices.get("cpu").info();
  target.candidate.threads = options.threads;
  for (const model::Layer& layer : target.model.layers) {
    const auto stored = target.model.schemes.find(layer.id);
    const std::string scheme = !layer.quantizable()                   ? "fp32"
                               : stored != target.model.schemes.end() ? stored->second
                                                                      : options.scheme;
    try {
      target.candidate.layers[layer.id] =
          runtime::default_choice(target.model, layer, scheme, device);
    } catch (const model::UnsupportedModel&) {
      if (layer.quantizable()) throw;
      target.candidate.layers[layer.id] = runtime::default_choice(target.model, layer, scheme, cpu);
    }
  }
}

std::unique_ptr<Target> open_target(const RunOptions& options,
                                    const std::vector<model::Tensor>& inputs) {
  auto target = std::make_unique<Target>();
  if (!options.package.empty()) {
    runtime::Package package = runtime::load_package(options.package);
    target->model = std::move(package.model);
    target->candidate = std::move(package.candidate);
    return target;
  }
  const model::Scheme* scheme = model::find_scheme(options.scheme);
  if (scheme == nullptr) {
    throw ConfigError(
        fmt::format("there is no scheme '{}'; see `paretune run --help`", options.scheme));
  }
  target->model = runtime::load_model(options.model_file, implied_dims(options, inputs));
  if (!options.calibration.empty()) {
    calibrate_from(options.calibration, *target);
  } else if (scheme->input_type() == model::ElementType::u8 && target->model.parameters.empty()) {
    throw ConfigError(fmt::format(
        "scheme {} needs calibration data: pass --calib FILE.npz with one array per model input",
        options.scheme));
  }
  choose_all(options, *target);
  return target;
}

bool is_mask(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return name.find("mask") != std::string::npos;
}

std::vector<model::Tensor> make_inputs(const model::Graph& graph) {
  std::mt19937_64 engine(0);
  std::normal_distribution<float> normal;
  std::vector<model::Tensor> inputs;
  for (const model::ValueInfo& info : graph.inputs) {
    model::Tensor tensor(info.type, info.shape);
    if (info.type == model::ElementType::f32) {
      for (float& value : tensor.data<float>()) value = normal(engine);
    } else if (info.type == model::ElementType::i64 && is_mask(info.name)) {
      std::ranges::fill(tensor.data<std::int64_t>(), 1);
    } else if (info.type == model::ElementType::i32 && is_mask(info.name)) {
      std::ranges::fill(tensor.data<std::int32_t>(), 1);
    } else if (info.type == model::ElementType::boolean && is_mask(info.name)) {
      std::ranges::fill(tensor.data<bool>(), true);
    }
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

std::int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

std::vector<model::Tensor> run_once(const RunOptions& options,
                                    const std::vector<model::Tensor>& inputs) {
  const auto target = open_target(options, inputs);
  model::check_inputs(target->model.graph, inputs);
  runtime::Session session(target->model, target->candidate, target->devices);
  return session.run(inputs);
}

std::vector<model::Tensor> read_inputs(const std::filesystem::path& folder) {
  std::vector<model::Tensor> inputs;
  for (;;) {
    const auto file = folder / fmt::format("input_{}.pb", inputs.size());
    if (!std::filesystem::exists(file)) break;
    inputs.push_back(model::read_tensor(file));
  }
  if (inputs.empty()) {
    throw ConfigError(fmt::format("there is no input_0.pb in '{}'", folder.string()));
  }
  return inputs;
}

void write_tensors(const std::vector<model::Tensor>& tensors, const std::string& name,
                   const std::filesystem::path& folder) {
  for (std::size_t k = 0; k < tensors.size(); ++k) {
    const std::string one = fmt::format("{}_{}", name, k);
    model::write_tensor(tensors[k], one, folder / (one + ".pb"));
  }
}

namespace {

std::int64_t batch_of(const RunOptions& options) {
  const auto batch = options.dims.find("batch");
  return batch == options.dims.end() ? 1 : batch->second;
}

}  // namespace

struct PreparedRun::State {
  std::unique_ptr<Target> target;
  std::vector<model::Tensor> inputs, outputs;
  bool made = false;
  std::unique_ptr<runtime::Session> session;
};

PreparedRun::PreparedRun(const RunOptions& options, std::vector<model::Tensor> inputs)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.target = open_target(options, inputs);
  state.made = inputs.empty();
  state.inputs = state.made ? make_inputs(state.target->model.graph) : std::move(inputs);
  model::check_inputs(state.target->model.graph, state.inputs);
  state.session = std::make_unique<runtime::Session>(state.target->model, state.target->candidate,
                                                     state.target->devices);
}

PreparedRun::~PreparedRun() = default;
void PreparedRun::run() { state_->session->run(state_->inputs, state_->outputs); }
const std::vector<model::Tensor>& PreparedRun::outputs() const { return state_->outputs; }
const std::vector<model::Tensor>& PreparedRun::inputs() const { return state_->inputs; }
bool PreparedRun::made_inputs() const { return state_->made; }
runtime::MemoryUse PreparedRun::memory() const { return state_->session->memory(); }
int PreparedRun::threads() const { return state_->target->candidate.threads; }

runtime::DeviceSet& PreparedRun::devices() { return state_->target->devices; }

RunTiming run_timed(const RunOptions& options, std::vector<model::Tensor> inputs,
                    const std::function<void(const std::string&)>& note) {
  PreparedRun prepared(options, std::move(inputs));
  if (prepared.made_inputs()) {
    note(
        "no --inputs: timing on made inputs (floats normal with seed 0, integers 0, masks 1, free "
        "dimensions 1)");
  }
  TimingPlan plan;
  plan.min_samples = plan.max_samples = options.iterations;
  Measured measured;
  measured.run = [&] { prepared.run(); };
  measured.threads = prepared.threads();
  measured.batch = static_cast<int>(batch_of(options));
  measured.most_seconds = options.seconds;
  RunTiming timing;
  timing.batch = measured.batch;
  measure(measured, options.circumstances, plan, prepared.devices(), timing.measurement);
  timing.wall_ns = timing.measurement.wall_ns;
  timing.cpu_ns = timing.measurement.cpu_ns;
  timing.peak_rss_bytes = peak_rss_bytes();
  timing.arena_bytes = static_cast<std::int64_t>(prepared.memory().arena);
  timing.weight_bytes = static_cast<std::int64_t>(prepared.memory().weights);
  timing.threads = prepared.threads();
  return timing;
}

RunAccuracy run_accuracy(const RunOptions& options, const Study& study, const std::string& split) {
  const auto target = open_target(options, {});
  constexpr std::string_view whole = "all:";
  const bool all = split.starts_with(whole);
  const auto configured = study.splits.find(split);
  if (!all && configured == study.splits.end()) {
    throw ConfigError(
        fmt::format("{}: there is no split '{}'; use one of data.splits or all:<source>",
                    study.file.string(), split));
  }
  const std::string source = all ? split.substr(whole.size()) : configured->second.source;
  const auto data = open_source(study, source, target->model.graph);
  std::vector<std::size_t> indices(data->size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  if (!all) indices = split_indices(study, split, data->size());
  runtime::Session session(target->model, target->candidate, target->devices);
  const Scoring scoring(study, target->model.graph, data->batch());
  const results::Metric metric = measure_accuracy(session, scoring, *data, indices, "accuracy");
  return {metric.value, metric.lo, metric.hi, metric.n};
}

}  // namespace paretune::harness
