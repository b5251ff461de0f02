// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "kernels/kernel.h"
#include "kernels/reference/reference.h"
#include "model/errors.h"
#include "runtime/session.h"

namespace paretune::runtime {

model::LayerChoice default_choice(const LoadedModel& loaded, const model::Layer& layer,
                                  const std::string& scheme, const devices::DeviceInfo& device) {
  model::LayerChoice choice;
  if (layer.quantizable()) choice.scheme = scheme;
  choice.device = device.id;
  if (layer.family == "view" || layer.on_host()) {
    if (device.kind != "cpu" && layer.family != "view") {
      throw model::UnsupportedModel(
          fmt::format("{}: {} runs on the host only", layer.id, layer.family));
    }
    return choice;
  }
  const model::Workload workload = tuning_workload(loaded, layer, scheme);
  const auto able = kernels::kernels_for(workload, device);
  // The reference computes anything, but for a reduced precision it is no implementation to ship.
  const bool only_reference = !able.empty() && able.front()->name() == kernels::kReferenceKernel;
  if (able.empty() || (only_reference && layer.quantizable() && scheme != "fp32")) {
    throw model::UnsupportedModel(
        fmt::format("{}: {} has no {} kernel for {}", layer.id, device.id, scheme, workload.key()));
  }
  choice.kernel = able.front()->name();
  choice.knobs = able.front()->default_knobs(workload, device);
  return choice;
}

model::Workload tuning_workload(const LoadedModel& loaded, const model::Layer& layer,
                                const std::string& scheme) {
  const model::Scheme* found = model::find_scheme(scheme);
  if (found == nullptr) {
    throw model::UnsupportedModel(fmt::format("{}: there is no scheme '{}'", layer.id, scheme));
  }
  model::Workload workload =
      model::workload_of(loaded.graph, layer, scheme,
                         layer.quantizable() ? found->input_type() : model::ElementType::f32);
  if (workload.tag("wei") == "s8_tensor") workload.tags["wei"] = "s8_channel";
  return workload;
}

std::string layout_for(const model::Shape& shape, const std::string& layout) {
  if (shape.size() != 3 && shape.size() != 4) return "flat";
  const std::int64_t area = shape.size() == 3 ? shape[2] : shape[2] * shape[3];
  return shape[1] == 1 || area == 1 ? "nhwc" : layout;
}

model::Workload convert_workload(const model::Shape& shape, const model::Port& from,
                                 const model::Port& to) {
  model::Workload workload;
  workload.family = "convert";
  workload.dims["count"] = model::element_count(shape);
  if (shape.size() == 3 || shape.size() == 4) {
    workload.dims["n"] = shape[0];
    workload.dims["c"] = shape[1];
    workload.dims["h"] = shape.size() == 3 ? 1 : shape[2];
    workload.dims["w"] = shape.back();
  }
  workload.tags = {{"from", from.text()},
                   {"to", to.text()},
                   {"in", std::string(model::to_text(from.type))},
                   {"out", std::string(model::to_text(to.type))}};
  return workload;
}

}  // namespace paretune::runtime
