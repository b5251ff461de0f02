// SPDX-License-Identifier: Apache-2.0
#include "runtime/session.h"

#include <fmt/core.h>
#include <omp.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <list>
#include <optional>
#include <set>
#include <utility>

#include "kernels/kernel.h"
#include "model/errors.h"
#include "model/ops/evaluate.h"
#include "model/ops/operator.h"
#include "model/ops/rules.h"
#include "runtime/host_layout.h"

namespace paretune::runtime {
namespace {

/// An operator run by its host reference: what does not change between runs.
struct HostCall {
  const model::Operator* op = nullptr;
  const model::Node* node = nullptr;
  std::vector<const model::Tensor*> constants;  ///< per input of the node; null: not constant
  std::vector<std::optional<model::ValueInfo>> activations;  ///< per input that is one
  std::list<model::Tensor> reshaped;                         ///< constants under another shape
};

/// A step with everything it needs bound: no look-ups remain for run().
struct BoundStep {
  kernels::Executable* executable = nullptr;  ///< null for host steps
  std::unique_ptr<kernels::Packed> packed;
  std::vector<devices::Buffer*> inputs;
  std::vector<devices::Buffer*> outputs;  ///< null where omitted
  HostCall host;
  devices::Buffer* workspace = nullptr;
  const Step* step = nullptr;
};

std::set<std::string> devices_of(const model::Candidate& candidate) {
  std::set<std::string> ids = {"cpu"};
  for (const auto& [layer, choice] : candidate.layers) ids.insert(choice.device);
  return ids;
}

}  // namespace

struct Session::State {
  const LoadedModel* model = nullptr;
  DeviceSet* devices = nullptr;
  int threads = 1;
  Plan plan;
  std::map<std::string, std::unique_ptr<kernels::Executable>>
      executables;  ///< by workload, kernel, knobs, device
  std::map<std::string, std::vector<std::unique_ptr<devices::Buffer>>> slots;
  std::map<std::string, std::unique_ptr<devices::Buffer>> workspaces;
  std::map<std::string, model::QuantizedWeight> weights;  ///< by layer id: alive while packing only
  std::vector<BoundStep> steps;
  std::vector<devices::Device*> used;
  MemoryUse memory;
  std::set<std::string> counted;  ///< constants host steps read, by name
  std::string numerics;

  void make_weights(const model::Candidate& candidate);
  void allocate();
  void build();
  kernels::Executable& executable(const Step& step);
  kernels::Constants constants(const Step& step);
  HostCall host_call(const Step& step) const;
  void count_constants(const HostCall& call);
  model::QuantParams parameters(const Place& place) const;
  devices::Buffer& buffer(const Place& place) {
    return *slots.at(place.port.device).at(place.slot);
  }
  void visit_buffers(const std::function<void(const std::string&, devices::Buffer&)>& each) const {
    for (const auto& [device, buffers] : slots)
      for (const auto& buffer : buffers) each(device, *buffer);
    for (const auto& [device, buffer] : workspaces) each(device, *buffer);
  }
  void run_host(const BoundStep& bound);
  void sign(const model::Candidate& candidate);
};

void Session::State::allocate() {
  for (const auto& [device, sizes] : plan.slot_bytes) {
    for (const std::size_t bytes : sizes) {
      slots[device].push_back(devices->get(device).allocate(std::max<std::size_t>(1, bytes)));
      memory.arena += bytes;
    }
  }
}

kernels::Executable& Session::State::executable(const Step& step) {
  const std::string key = fmt::format("{}|{}|{}|{}", step.workload.key(), step.kernel,
                                      model::to_text(step.knobs), step.device);
  auto& built = executables[key];
  if (!built) {
    const kernels::Kernel* kernel = kernels::find_kernel(step.kernel);
    built = kernel->build(step.workload, step.knobs, devices->get(step.device));
  }
  return *built;
}

model::QuantParams Session::State::parameters(const Place& place) const {
  if (place.port.type != model::ElementType::u8 || place.parameters_of.empty()) return {};
  const auto found = model->parameters.find(place.parameters_of);
  if (found == model->parameters.end()) {
    throw model::InvalidModel(
        fmt::format("{}: value '{}' has no quantization parameters; calibrate the model first",
                    model->name, place.parameters_of));
  }
  return found->second;
}

kernels::Constants Session::State::constants(const Step& step) {
  kernels::Constants out;
  out.input = parameters(plan.places[step.inputs.at(0)]);
  if (step.inputs.size() > 1) out.residual = parameters(plan.places[step.inputs[1]]);
  out.output = parameters(plan.places[step.outputs.at(0)]);
  if (step.kind != Step::Kind::layer) return out;
  const model::Layer& layer = model->layers.at(step.layer);
  if (!layer.weight.empty()) {
    const auto made = weights.find(layer.id);
    out.weight = made == weights.end() ? &model->weights.at(layer.id) : &made->second;
  }
  if (!layer.bias.empty()) out.bias = &model->graph.initializers.at(layer.bias);
  return out;
}

void Session::State::build() {
  std::map<std::string, std::size_t> workspace_bytes;
  for (const Step& step : plan.steps) {
    BoundStep bound;
    bound.step = &step;
    for (const std::size_t input : step.inputs) bound.inputs.push_back(&buffer(plan.places[input]));
    for (const std::size_t output : step.outputs) {
      bound.outputs.push_back(output == kNoPlace ? nullptr : &buffer(plan.places[output]));
    }
    if (step.kind == Step::Kind::host) {
      bound.host = host_call(step);
      count_constants(bound.host);
    } else {
      bound.executable = &executable(step);
      bound.packed = bound.executable->pack(constants(step));
      memory.weights += bound.packed->bytes();
      std::size_t& bytes = workspace_bytes[step.device];
      bytes = std::max(bytes, bound.executable->workspace_bytes());
    }
    steps.push_back(std::move(bound));
  }
  for (const auto& [device, bytes] : workspace_bytes) {
    if (bytes == 0) continue;
    workspaces[device] = devices->get(device).allocate(bytes);
    memory.workspace += bytes;
  }
  for (BoundStep& bound : steps) {
    const auto found = workspaces.find(bound.step->device);
    if (found != workspaces.end()) bound.workspace = found->second.get();
  }
}

void Session::State::sign(const model::Candidate& candidate) {
  std::string text = model->hash;
  for (const BoundStep& bound : steps) {
    if (bound.step->kind != Step::Kind::layer || bound.executable == nullptr) continue;
    const model::Workload& workload = bound.step->workload;
    const std::string weight = workload.tag("wei");
    if (weight.empty()) continue;
    text += fmt::format("\n{} {} {}", bound.step->layer_id, weight, bound.executable->numerics());
    if (workload.tag("in") != "u8") continue;
    for (const std::size_t input : bound.step->inputs) {
      const model::QuantParams params = parameters(plan.places[input]);
      text += fmt::format(" {:a}/{}", params.scale, params.zero_point);
    }
  }
  text += fmt::format("\nruntime {}", candidate.runtime);
  numerics = model::sha256(text).substr(0, 16);
}

HostCall Session::State::host_call(const Step& step) const {
  HostCall call;
  call.node = &model->graph.nodes.at(step.node);
  call.op = model::find_operator(call.node->op_type, call.node->domain);
  if (call.op == nullptr) {
    throw model::UnsupportedModel(
        fmt::format("{}: Paretune has no operator {}", step.name, call.node->op_type));
  }
  const std::size_t rank = model->graph.values.at(model->layers.at(step.layer).output).shape.size();
  for (const std::string& name : call.node->inputs) {
    const auto constant = model->graph.initializers.find(name);
    call.constants.push_back(nullptr);
    call.activations.emplace_back();
    if (name.empty()) continue;
    if (constant == model->graph.initializers.end()) {
      call.activations.back() = model->graph.values.at(name);
      model::Shape& shape = call.activations.back()->shape;
      if (step.channels_last) shape = channels_last(shape, rank);
    } else if (step.channels_last && constant->second.count() > 1) {
      const model::Shape shape = channels_last(constant->second.shape(), rank);
      call.constants.back() = &call.reshaped.emplace_back(constant->second.reshaped(shape));
    } else {
      call.constants.back() = &constant->second;
    }
  }
  return call;
}

void Session::State::count_constants(const HostCall& call) {
  for (const std::string& name : call.node->inputs) {
    const auto constant = model->graph.initializers.find(name);
    if (constant == model->graph.initializers.end() || !counted.insert(name).second) continue;
    memory.weights += constant->second.bytes().size();
  }
}

void Session::State::run_host(const BoundStep& bound) {
  const HostCall& call = bound.host;
  std::vector<model::Tensor> made;
  made.reserve(call.activations.size());
  std::vector<const model::Tensor*> inputs = call.constants;
  std::size_t next = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!call.activations[i]) continue;
    made.emplace_back(call.activations[i]->type, call.activations[i]->shape);
    const auto bytes = made.back().bytes();
    if (!bytes.empty()) std::memcpy(bytes.data(), bound.inputs.at(next)->host(), bytes.size());
    inputs[i] = &made.back();
    ++next;
  }
  model::naming(*call.node, [&] {
    const auto outputs = call.op->evaluate(*call.node, model->graph.opset, inputs);
    for (std::size_t i = 0; i < bound.outputs.size(); ++i) {
      if (bound.outputs[i] == nullptr) continue;
      const Place& place = plan.places[bound.step->outputs[i]];
      if (i >= outputs.size() || outputs[i].bytes().size() != place.bytes) {
        throw model::UnsupportedModel(
            fmt::format("output {} has another size than its shape rule gives", i));
      }
      const auto bytes = outputs[i].bytes();
      if (!bytes.empty()) std::memcpy(bound.outputs[i]->host(), bytes.data(), bytes.size());
    }
  });
}

/// Weights as each layer's scheme stores them and as kernels take them.
void Session::State::make_weights(const model::Candidate& candidate) {
  for (const model::Layer& layer : model->layers) {
    if (layer.weight.empty()) continue;
    const auto stored = model->weights.find(layer.id);
    if (stored != model->weights.end()) {
      if (layer.weight_kn) weights[layer.id] = model::transposed(stored->second);
      continue;
    }
    const auto choice = candidate.layers.find(layer.id);
    const std::string scheme = choice == candidate.layers.end() ? "fp32" : choice->second.scheme;
    const model::Scheme* found = model::find_scheme(scheme);
    if (found == nullptr) {
      throw model::UnsupportedModel(fmt::format("{}: there is no scheme '{}'", layer.id, scheme));
    }
    auto made = found->quantize(model->graph.initializers.at(layer.weight), layer.channel_axis());
    weights[layer.id] = layer.weight_kn ? model::transposed(made) : std::move(made);
  }
}

Session::Session(const LoadedModel& loaded, const model::Candidate& candidate, DeviceSet& devices)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.model = &loaded;
  s.devices = &devices;
  s.threads = std::max(1, candidate.threads);
  std::map<std::string, devices::DeviceInfo> infos;
  for (const std::string& id : devices_of(candidate)) {
    s.used.push_back(&devices.get(id));
    infos[id] = s.used.back()->info();
  }
  s.make_weights(candidate);
  omp_set_num_threads(s.threads);
  s.plan = lower(loaded, candidate, infos);
  s.allocate();
  s.build();
  s.sign(candidate);
  s.weights.clear();
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

std::vector<model::Tensor> Session::run(const std::vector<model::Tensor>& inputs) {
  std::vector<model::Tensor> outputs;
  run(inputs, outputs);
  return outputs;
}

void Session::run(const std::vector<model::Tensor>& inputs, std::vector<model::Tensor>& outputs) {
  State& s = *state_;
  model::check_inputs(s.model->graph, inputs);
  omp_set_num_threads(s.threads);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Place& place = s.plan.places[s.plan.input_places[i]];
    std::memcpy(s.buffer(place).host(), inputs[i].bytes().data(), place.bytes);
  }
  for (const BoundStep& bound : s.steps) {
    if (bound.executable == nullptr) {
      s.run_host(bound);
    } else {
      bound.executable->enqueue(bound.inputs, *bound.outputs[0], *bound.packed, bound.workspace);
    }
  }
  for (devices::Device* device : s.used) device->wait();
  outputs.resize(s.plan.output_places.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::size_t index = s.plan.output_places[i];
    if (index == kNoPlace) {
      outputs[i] = s.model->graph.initializers.at(s.model->graph.outputs[i].name);
      continue;
    }
    const Place& place = s.plan.places[index];
    const model::ValueInfo& info = s.model->graph.values.at(place.value);
    if (outputs[i].shape() != info.shape || outputs[i].type() != place.port.type) {
      outputs[i] = model::Tensor(place.port.type, info.shape);
    }
    std::memcpy(outputs[i].bytes().data(), s.buffer(place).host(), place.bytes);
  }
}

void Session::poison() {
  state_->visit_buffers([&](const std::string& device, devices::Buffer& buffer) {
    const std::vector nan(buffer.size(), std::byte{0xFF});  // as f32
    state_->devices->get(device).upload(buffer, nan);
  });
}

std::string Session::damage() const {
  std::string found;
  state_->visit_buffers([&](const std::string& device, devices::Buffer& buffer) {
    if (!buffer.intact()) found = device + ": something wrote outside a buffer";
  });
  return found;
}

MemoryUse Session::memory() const { return state_->memory; }
const Plan& Session::plan() const { return state_->plan; }
const std::string& Session::numerics() const { return state_->numerics; }

}  // namespace paretune::runtime
