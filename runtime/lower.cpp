// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "kernels/kernel.h"
#include "model/errors.h"
#include "runtime/plan.h"
#include "runtime/session.h"

namespace paretune::runtime {
namespace {

using model::ElementType;
using model::Port;

/// What a reader asks of a value: its element type and, for u8, whose quantization parameters.
struct Ask {
  ElementType type = ElementType::f32;
  std::string parameters_of;
  friend bool operator==(const Ask&, const Ask&) = default;
};

/// Layouts that give the same bytes have one name, so that no convert is made between them.
std::string canonical_layout(const model::Shape& shape, const std::string& layout) {
  if (shape.size() != 4) return "flat";
  const bool same_bytes = shape[1] == 1 || shape[2] * shape[3] == 1;
  return same_bytes ? "nhwc" : layout;
}

class Lowering {
 public:
  Lowering(const LoadedModel& loaded, const model::Candidate& candidate,
           const std::map<std::string, devices::DeviceInfo>& infos)
      : model_(loaded), candidate_(candidate), infos_(infos) {}

  Plan run() {
    for (const model::Layer& layer : model_.layers) choices_.push_back(choice_of(layer));
    decide_types();
    for (const model::ValueInfo& input : model_.graph.inputs) add_graph_input(input);
    for (std::size_t i = 0; i < model_.layers.size(); ++i) add_layer(i);
    for (const model::ValueInfo& output : model_.graph.outputs) {
      const Port port{"cpu", value(output.name).type, layout_of(output.name, "nchw")};
      const std::size_t index = place(output.name, port, "");
      plan_.output_places.push_back(index);
    }
    for (const std::size_t index : plan_.output_places)
      plan_.places[index].last = plan_.steps.size();
    assign_slots(plan_);
    return std::move(plan_);
  }

 private:
  const model::ValueInfo& value(const std::string& name) const {
    return model_.graph.values.at(name);
  }
  std::string layout_of(const std::string& name, const std::string& layout) const {
    return canonical_layout(value(name).shape, layout);
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

  /// Backward over the layers: a value is produced as u8 when every reader asks for it with the
  /// same parameters. Max pooling and views pass u8 through, since they commute with the monotone
  /// quantization.
  void decide_types() {
    asks_.resize(model_.layers.size());
    wants_.resize(model_.layers.size());
    for (std::size_t i = model_.layers.size(); i-- > 0;) {
      const model::Layer& layer = model_.layers[i];
      wants_[i] = wanted(layer.output, i);
      if (layer.quantizable()) {
        const model::Scheme* scheme = model::find_scheme(choices_[i].scheme);
        asks_[i].type = scheme->input_type();
      } else if (layer.family == "max_pool" || (layer.family == "view" && !needs_reorder(layer))) {
        asks_[i] = wants_[i];
      }
      const bool makes_u8 =
          layer.quantizable() || layer.family == "max_pool" || layer.family == "view";
      if (asks_[i].type != ElementType::u8 || !makes_u8) wants_[i] = Ask{};
    }
  }

  Ask wanted(const std::string& name, std::size_t producer) const {
    std::optional<Ask> common;
    if (model_.graph.is_output(name)) return Ask{};
    for (std::size_t i = producer + 1; i < model_.layers.size(); ++i) {
      const model::Layer& reader = model_.layers[i];
      if (std::find(reader.inputs.begin(), reader.inputs.end(), name) == reader.inputs.end())
        continue;
      const Ask ask = ask_for(i, name);
      if (common && !(*common == ask)) return Ask{};
      common = ask;
    }
    return common.value_or(Ask{});
  }

  /// A quantized layer reads a value by that value's own parameters; others hand their reader's on.
  Ask ask_for(std::size_t layer, const std::string& name) const {
    Ask ask = asks_[layer];
    if (ask.type == ElementType::u8 && model_.layers[layer].quantizable()) ask.parameters_of = name;
    return ask;
  }

  bool needs_reorder(const model::Layer& view) const {
    return layout_of(view.inputs.at(0), "nchw") != layout_of(view.inputs.at(0), "nhwc");
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
    step.output = add_place(name, to, parameters_of);
    push(step);
    return step.output;
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
    } else if (layer.family.starts_with("op:")) {
      add_host(layer);
    } else {
      add_kernel(index);
    }
  }

  void add_view(std::size_t index) {
    const model::Layer& layer = model_.layers[index];
    const std::string& input = layer.inputs.at(0);
    const Ask ask = ask_for(index, input);
    // A view keeps bytes in row-major order, so a channels-last tensor goes back to NCHW first; it
    // stays on whichever device its input is on.
    Port port = plan_.places[places_.at(input).front()].port;
    port.type = ask.type == ElementType::u8 ? ElementType::u8 : value(input).type;
    port.layout = layout_of(input, "nchw");
    const std::size_t from = place(input, port, ask.parameters_of);
    plan_.places[from].last = std::max(plan_.places[from].last, plan_.steps.size());
    port.layout = layout_of(layer.output, "nchw");
    const std::size_t to = add_place(layer.output, port, ask.parameters_of);
    plan_.places[to].alias_of = static_cast<std::ptrdiff_t>(from);
    plan_.places[to].first = plan_.places[from].first;
  }

  void add_host(const model::Layer& layer) {
    Step step;
    step.kind = Step::Kind::host;
    step.name = step.layer_id = layer.id;
    step.kernel = "host." + layer.family.substr(3);
    step.device = "cpu";
    step.node = layer.nodes.front();
    for (const std::string& input : layer.inputs) {
      step.inputs.push_back(place(input, {"cpu", value(input).type, layout_of(input, "nchw")}, ""));
    }
    const Port port{"cpu", value(layer.output).type, layout_of(layer.output, "nchw")};
    step.output = add_place(layer.output, port, "");
    push(step);
  }

  void add_kernel(std::size_t index) {
    const model::Layer& layer = model_.layers[index];
    const model::LayerChoice& choice = choices_[index];
    Step step;
    step.name = step.layer_id = layer.id;
    step.kernel = choice.kernel;
    step.knobs = choice.knobs;
    step.device = choice.device;
    step.workload = model::workload_of(
        model_.graph, layer, layer.quantizable() ? choice.scheme : "fp32", wants_[index].type);
    if (!layer.quantizable()) {
      step.workload.tags["in"] = step.workload.tags["out"] = model::to_text(asks_[index].type);
    }
    check_kernel(step);
    for (const std::string& input : layer.inputs) {
      const Ask ask = ask_for(index, input);
      step.inputs.push_back(
          place(input, {choice.device, ask.type, layout_of(input, "nhwc")}, ask.parameters_of));
    }
    const Port port{choice.device, wants_[index].type, layout_of(layer.output, "nhwc")};
    step.output = add_place(layer.output, port, wants_[index].parameters_of);
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
    plan_.places[step.output].first = plan_.places[step.output].last = now;
    plan_.steps.push_back(step);
  }

  const LoadedModel& model_;
  const model::Candidate& candidate_;
  const std::map<std::string, devices::DeviceInfo>& infos_;
  std::vector<model::LayerChoice> choices_;
  std::vector<Ask> asks_;   ///< per layer: of its inputs
  std::vector<Ask> wants_;  ///< per layer: how its output is produced
  std::map<std::string, std::vector<std::size_t>> places_;
  Plan plan_;
};

}  // namespace

Plan lower(const LoadedModel& loaded, const model::Candidate& candidate,
           const std::map<std::string, devices::DeviceInfo>& infos) {
  return Lowering(loaded, candidate, infos).run();
}

}  // namespace paretune::runtime
