// SPDX-License-Identifier: Apache-2.0
#include "runtime/element_types.h"

#include <optional>

#include "kernels/kernel.h"
#include "runtime/plan.h"

namespace paretune::runtime {

using model::ElementType;

namespace {

/// A view of channels-last data is no view of its bytes.
bool needs_reorder(const LoadedModel& model, const model::Layer& view) {
  const model::Shape& shape = model.graph.values.at(view.inputs.at(0)).shape;
  return layout_for(shape, "nchw") != layout_for(shape, "nhwc");
}

}  // namespace

ElementTypes::ElementTypes(const LoadedModel& model, const std::vector<model::LayerChoice>& choices,
                           const std::map<std::string, devices::DeviceInfo>& infos)
    : model_(model), choices_(choices), infos_(infos) {
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    for (const std::string& input : model.layers[i].inputs) readers_[input].push_back(i);
  }
  asks_.resize(model.layers.size());
  wants_.resize(model.layers.size());
  for (std::size_t i = model.layers.size(); i-- > 0;) decide(i);
}

void ElementTypes::decide(std::size_t index) {
  const model::Layer& layer = model_.layers[index];
  const bool passes_u8 =
      layer.family == "max_pool" || (layer.family == "view" && !needs_reorder(model_, layer));
  if (!layer.quantizable() && !passes_u8) return;
  wants_[index] = wanted(layer.output);
  if (layer.quantizable()) {
    asks_[index].type = model::find_scheme(choices_[index].scheme)->input_type();
  } else {
    asks_[index] = wants_[index];
  }
  if (wants_[index].type != ElementType::u8 || kernel_takes(index)) return;
  // Left as f32 and quantized by a convert behind it: the same values.
  wants_[index] = Ask{};
  if (passes_u8) asks_[index] = Ask{};
}

bool ElementTypes::kernel_takes(std::size_t index) const {
  const model::Layer& layer = model_.layers[index];
  if (layer.family == "view") return true;
  const kernels::Kernel* kernel = kernels::find_kernel(choices_[index].kernel);
  const auto info = infos_.find(choices_[index].device);
  if (kernel == nullptr || info == infos_.end()) return true;  // lower() says what is wrong
  return kernel
      ->space(step_workload(model_, layer, choices_[index], asks_[index], wants_[index]),
              info->second)
      .has_value();
}

Ask ElementTypes::wanted(const std::string& name) const {
  std::optional<Ask> common;
  const auto readers = readers_.find(name);
  if (readers == readers_.end() || model_.graph.is_output(name)) return Ask{};
  for (const std::size_t reader : readers->second) {
    const Ask asked = ask(reader, name);
    if (common && !(*common == asked)) return Ask{};
    common = asked;
  }
  return common.value_or(Ask{});
}

Ask ElementTypes::ask(std::size_t index, const std::string& name) const {
  Ask asked = asks_.at(index);
  if (asked.type == ElementType::u8 && model_.layers[index].quantizable()) {
    asked.parameters_of = name;
  }
  return asked;
}

model::Workload step_workload(const LoadedModel& model, const model::Layer& layer,
                              const model::LayerChoice& choice, const Ask& ask, const Ask& want) {
  model::Workload workload = model::workload_of(
      model.graph, layer, layer.quantizable() ? choice.scheme : "fp32", want.type);
  if (!layer.quantizable()) {
    workload.tags["in"] = workload.tags["out"] = model::to_text(ask.type);
  }
  return workload;
}

}  // namespace paretune::runtime
