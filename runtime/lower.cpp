// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "kernels/kernel.h"
#include "model/errors.h"
#include "runtime/element_types.h"
#include "runtime/host_layout.h"
#include "runtime/plan.h"
#include "runtime/session.h"

namespace paretune::runtime {
namespace {

using model::ElementType;
using model::Port;

class Lowering {
 public:
  Lowering(const LoadedModel& loaded, const model::Candidate& candidate,
           const std::map<std::string, devices::DeviceInfo>& infos)
      : model_(loaded), candidate_(candidate), infos_(infos) {}

  Plan run() {
    for (const model::Layer& layer : model_.layers) choices_.push_back(choice_of(layer));
    types_.emplace(model_, choices_, infos_);
    for (const model::ValueInfo& input : model_.graph.inputs) add_graph_input(input);
    for (std::size_t i = 0; i < model_.layers.size(); ++i) add_layer(i);
    for (const model::ValueInfo& output : model_.graph.outputs) {
      plan_.output_places.push_back(add_graph_output(output.name));
    }
    for (const std::size_t index : plan_.output_places) {
      if (index != kNoPlace) plan_.places[index].last = plan_.steps.size();
    }
    assign_slots(plan_);
    return std::move(plan_);
  }

 private:
  const model::ValueInfo& value(const std::string& name) const {
    return model_.graph.values.at(name);
  }
  std::string layout_of(const std::string& name, const std::string& layout) const {
    return layout_for(value(name).shape, layout);
  }
  const devices::DeviceInfo& info(const std::string& device, const std::string& layer) const {
    const auto found = infos_.find(device);
    if (found == infos_.end()) {
      throw model::UnsupportedModel(fmt::format("{}: there is no device '{}'", layer, device));
    }
    return found->second;
  }

  model::LayerChoice choice_of(const model::Layer& layer) const {
    const auto found = candidate_.layers.find(layer.id);
    if (found == candidate_.layers.end()) {
      return default_choice(model_, layer, "fp32", info("cpu", layer.id));
    }
    if (layer.quantizable() && model::find_scheme(found->second.scheme) == nullptr) {
      throw model::UnsupportedModel(
          fmt::format("{}: there is no scheme '{}'", layer.id, found->second.scheme));
    }
    if (found->second.kernel.empty()) {
      return default_choice(model_, layer, layer.quantizable() ? found->second.scheme : "fp32",
                            info(found->second.device, layer.id));
    }
    return found->second;
  }

  std::size_t add_place(const std::string& name, const Port& port,
                        const std::string& parameters_of) {
    Place place;
    place.value = name;
    place.port = port;
    place.parameters_of = parameters_of;
    place.bytes = static_cast<std::size_t>(model::element_count(value(name).shape)) *
                  model::size_of(port.type);
    place.first = place.last = plan_.steps.size();
    plan_.places.push_back(place);
    places_[name].push_back(plan_.places.size() - 1);
    return plan_.places.size() - 1;
  }

  void add_graph_input(const model::ValueInfo& input) {
    const Port port{"cpu", value(input.name).type, layout_of(input.name, "nchw")};
    plan_.input_places.push_back(add_place(input.name, port, ""));
  }

  std::size_t add_graph_output(const std::string& name) {
    if (model_.graph.initializers.contains(name)) return kNoPlace;
    return place(name, {"cpu", value(name).type, layout_of(name, "nchw")}, "");
  }

  /// The place of `name` at `goal`, made by converts from the first place it has when there is none
  /// yet.
  std::size_t place(const std::string& name, const Port& goal, const std::string& parameters_of) {
    const auto found = places_.find(name);
    if (found == places_.end()) {
      throw model::InvalidModel(fmt::format("value '{}' is read before it is computed", name));
    }
    for (const std::size_t index : found->second) {
      if (plan_.places[index].port == goal) return index;
    }
    std::size_t current = found->second.front();
    while (plan_.places[current].port != goal) {
      const Port next = next_port(plan_.places[current].port, goal);
      current = convert(current, next, next.type == ElementType::u8 ? parameters_of : "");
    }
    return current;
  }

  /// One convert closer to `goal`: quantize before a transfer, dequantize after it, reorder on cpu.
  static Port next_port(const Port& from, const Port& goal) {
    Port next = from;
    const bool quantize = goal.type == ElementType::u8 && from.type != goal.type;
    const bool away = from.device != goal.device || from.layout != goal.layout;
    if (!away || (quantize && from.layout == goal.layout)) {
      next.type = goal.type;
    } else if (from.device != "cpu") {
      next.device = "cpu";
    } else if (from.layout != goal.layout) {
      next.layout = goal.layout;
    } else {
      next.device = goal.device;
    }
    return next;
  }

  std::size_t convert(std::size_t from, const Port& to, const std::string& parameters_of) {
    const std::string name = plan_.places[from].value;
    const Port from_port = plan_.places[from].port;
    for (const std::size_t index : places_.at(name)) {
      if (plan_.places[index].port == to) return index;
    }
    Step step;
    step.kind = Step::Kind::convert;
    step.name = fmt::format("convert {} {} -> {}", name, from_port.text(), to.text());
    step.device = to.device != "cpu" ? to.device : from_port.device;
    step.workload = convert_workload(value(name).shape, from_port, to);
    choose_convert_kernel(step);
    step.inputs = {from};
    const std::size_t made = add_place(name, to, parameters_of);
    step.outputs = {made};
    push(step);
    return made;
  }

  void choose_convert_kernel(Step& step) const {
    const devices::DeviceInfo& device = info(step.device, step.name);
    const auto able = kernels::kernels_for(step.workload, device);
    if (able.empty()) {
      throw model::UnsupportedModel(
          fmt::format("{}: no kernel of {} converts this", step.name, step.device));
    }
    step.kernel = able.front()->name();
    step.knobs = able.front()->default_knobs(step.workload, device);
  }

  void add_layer(std::size_t index) {
    const model::Layer& layer = model_.layers[index];
    if (layer.family == "view") {
      add_view(index);
    } else if (layer.on_host()) {
      if (!add_renamed(layer)) add_host(index);
    } else {
      add_kernel(index);
    }
  }

  /// Where the value already is, best on `device`: readers that take any layout follow it.
  const Port& present_port(const std::string& name, const std::string& device) const {
    const std::vector<std::size_t>& present = places_.at(name);
    for (const std::size_t index : present) {
      const Port& port = plan_.places[index].port;
      if (port.device == device && port.type == value(name).type) return port;
    }
    return plan_.places[present.front()].port;
  }

  void add_view(std::size_t index) {
    const model::Layer& layer = model_.layers[index];
    const std::string& input = layer.inputs.at(0);
    const Ask ask = types_->ask(index, input);
    // A view keeps bytes in row-major order, so a channels-last tensor goes back to NCHW first; it
    // stays on whichever device its input is on.
    Port port = plan_.places[places_.at(input).front()].port;
    port.type = ask.type == ElementType::u8 ? ElementType::u8 : value(input).type;
    port.layout = layout_of(input, "nchw");
    const std::size_t from = place(input, port, ask.parameters_of);
    port.layout = layout_of(layer.output, "nchw");
    add_alias(from, layer.output, port, ask.parameters_of);
  }

  void add_alias(std::size_t from, const std::string& name, const Port& port,
                 const std::string& parameters_of) {
    plan_.places[from].last = std::max(plan_.places[from].last, plan_.steps.size());
    const std::size_t to = add_place(name, port, parameters_of);
    plan_.places[to].alias_of = static_cast<std::ptrdiff_t>(from);
    plan_.places[to].first = plan_.places[from].first;
  }

  bool layout_matters(const std::string& name) const {
    return layout_of(name, "nchw") != layout_of(name, "nhwc");
  }

  /// Element-wise operators follow the first operand that has channels and pixels.
  std::string host_layout(const model::Layer& layer) const {
    if (!takes_any_layout(model_.graph, layer)) return "nchw";
    for (const std::string& input : layer.inputs) {
      if (layout_matters(input)) return present_port(input, "cpu").layout;
    }
    return "nchw";
  }

  /// A Transpose that only changes what the bytes are called: row-major [n,w,c] is [n,c,w] with the
  /// channels last, and the other way round. False when it is none.
  bool add_renamed(const model::Layer& layer) {
    const ChannelMove move = channel_move(model_.graph, layer);
    if (move == ChannelMove::none) return false;
    const std::string& input = layer.inputs.at(0);
    const Port present = present_port(input, "cpu");
    const bool last = present.layout != layout_of(input, "nchw");
    if (present.type != ElementType::f32) return false;
    if (move == (last ? ChannelMove::to_front : ChannelMove::to_back)) return false;
    Port port = present;
    port.layout = layout_of(layer.output, last ? "nchw" : "nhwc");
    add_alias(place(input, present, ""), layer.output, port, "");
    return true;
  }

  void add_host(std::size_t index) {
    const model::Layer& layer = model_.layers[index];
    Step step;
    step.kind = Step::Kind::host;
    step.name = step.layer_id = layer.id;
    step.kernel = "host." + layer.family.substr(3);
    step.device = "cpu";
    step.layer = index;
    step.node = layer.nodes.front();
    const std::string layout = host_layout(layer);
    step.channels_last = layout == "nhwc";
    for (const std::string& input : layer.inputs) {
      step.inputs.push_back(place(input, {"cpu", value(input).type, layout_of(input, layout)}, ""));
    }
    for (const std::string& output : layer.outputs) {
      if (output.empty()) {
        step.outputs.push_back(kNoPlace);
        continue;
      }
      const Port port{"cpu", value(output).type, layout_of(output, layout)};
      step.outputs.push_back(add_place(output, port, ""));
    }
    push(step);
  }

  /// Layout a family's kernels work in.
  std::string kernel_layout(const model::Layer& layer, const std::string& device) const {
    if (layer.family == "gemm") return "nchw";
    if (layer.family != "add" && layer.family != "relu") return "nhwc";
    return present_port(layer.inputs.front(), device).layout;
  }

  void add_kernel(std::size_t index) {
    const model::Layer& layer = model_.layers[index];
    const model::LayerChoice& choice = choices_[index];
    const Ask& want = types_->want(index);
    Step step;
    step.name = step.layer_id = layer.id;
    step.kernel = choice.kernel;
    step.knobs = choice.knobs;
    step.device = choice.device;
    step.layer = index;
    step.workload =
        step_workload(model_, layer, choice, types_->ask(index, layer.inputs.front()), want);
    check_kernel(step);
    const std::string layout = kernel_layout(layer, choice.device);
    for (const std::string& input : layer.inputs) {
      const Ask ask = types_->ask(index, input);
      step.inputs.push_back(
          place(input, {choice.device, ask.type, layout_of(input, layout)}, ask.parameters_of));
    }
    const Port port{choice.device, want.type, layout_of(layer.output, layout)};
    step.outputs = {add_place(layer.output, port, want.parameters_of)};
    push(step);
  }

  void check_kernel(const Step& step) const {
    const kernels::Kernel* kernel = kernels::find_kernel(step.kernel);
    if (kernel == nullptr) {
      throw model::UnsupportedModel(
          fmt::format("{}: there is no kernel '{}'", step.name, step.kernel));
    }
    const devices::DeviceInfo& device = info(step.device, step.name);
    if (kernel->device_kind() != device.kind) {
      throw model::UnsupportedModel(
          fmt::format("{}: kernel {} does not run on {}", step.name, step.kernel, step.device));
    }
    const auto space = kernel->space(step.workload, device);
    if (!space) {
      throw model::UnsupportedModel(
          fmt::format("{}: kernel {} cannot take {}", step.name, step.kernel, step.workload.key()));
    }
    const auto point = space->point_of(step.knobs);
    if (!point || !space->valid(*point)) {
      throw model::UnsupportedModel(fmt::format("{}: kernel {} has no setting '{}' for {}",
                                                step.name, step.kernel, model::to_text(step.knobs),
                                                step.workload.key()));
    }
  }

  void push(const Step& step) {
    const std::size_t now = plan_.steps.size();
    for (const std::size_t input : step.inputs) {
      plan_.places[input].last = std::max(plan_.places[input].last, now);
    }
    for (const std::size_t output : step.outputs) {
      if (output != kNoPlace) plan_.places[output].first = plan_.places[output].last = now;
    }
    plan_.steps.push_back(step);
  }

  const LoadedModel& model_;
  const model::Candidate& candidate_;
  const std::map<std::string, devices::DeviceInfo>& infos_;
  std::vector<model::LayerChoice> choices_;
  std::optional<ElementTypes> types_;
  std::map<std::string, std::vector<std::size_t>> places_;
  Plan plan_;
};

}  // namespace

Plan lower(const LoadedModel& loaded, const model::Candidate& candidate,
           const std::map<std::string, devices::DeviceInfo>& infos) {
  return Lowering(loaded, candidate, infos).run();
}

}  // namespace paretune::runtime
