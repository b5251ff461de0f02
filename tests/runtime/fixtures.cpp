// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/fixtures.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "devices/device.h"
#include "model/errors.h"
#include "model/ops/evaluate.h"
#include "runtime/session.h"

namespace paretune::runtime {
namespace {

/// $PARETUNE_SOURCE_DIR on a machine that the program was carried to.
std::string source_folder() {
  const char* elsewhere = std::getenv("PARETUNE_SOURCE_DIR");
  return elsewhere == nullptr ? PARETUNE_SOURCE_DIR : elsewhere;
}

}  // namespace

std::vector<model::Tensor> resnet8_inputs(unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  model::Tensor image(model::ElementType::f32, {1, 1, 28, 28});
  for (float& value : image.data<float>()) value = normal(engine);
  return {image};
}

const LoadedModel& resnet8() {
  static const LoadedModel loaded = [] {
    LoadedModel model = load_model(source_folder() + "/configs/models/resnet8_fmnist.onnx");
    model::Ranges ranges;
    for (unsigned seed = 100; seed < 108; ++seed) {
      const auto inputs = resnet8_inputs(seed);
      ranges[model.graph.inputs[0].name].add(inputs[0]);
      model::evaluate(model.graph, inputs,
                      [&](const std::string& name, const model::Tensor& value) {
                        if (value.type() == model::ElementType::f32) ranges[name].add(value);
                      });
    }
    model.parameters = model::parameters_of(ranges);
    return model;
  }();
  return loaded;
}

bool has_opencl() {
  const auto infos = devices::discover();
  return std::any_of(infos.begin(), infos.end(),
                     [](const auto& info) { return info.id == "opencl:0"; });
}

model::Candidate uniform(const LoadedModel& model, const std::string& scheme,
                         const std::string& device, DeviceSet& devices) {
  model::Candidate candidate;
  for (const model::Layer& layer : model.layers) {
    const std::string mine = layer.quantizable() ? scheme : "fp32";
    try {
      candidate.layers[layer.id] = default_choice(model, layer, mine, devices.get(device).info());
    } catch (const model::UnsupportedModel&) {
      candidate.layers[layer.id] = default_choice(model, layer, mine, devices.get("cpu").info());
    }
  }
  return candidate;
}

std::map<std::string, std::string> schemes_of(const model::Candidate& candidate) {
  std::map<std::string, std::string> schemes;
  for (const auto& [id, choice] : candidate.layers) {
    if (!choice.scheme.empty()) schemes[id] = choice.scheme;
  }
  return schemes;
}

std::vector<model::Tensor> reference(const LoadedModel& model, const model::Candidate& candidate,
                                     const std::vector<model::Tensor>& inputs) {
  return model::evaluate(
      model::insert_qdq(model.graph, model.layers, schemes_of(candidate), model.parameters),
      inputs);
}

Difference difference(const std::vector<model::Tensor>& actual,
                      const std::vector<model::Tensor>& expected) {
  Difference out;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const auto a = actual.at(k).data<float>();
    const auto b = expected[k].data<float>();
    for (std::size_t i = 0; i < b.size(); ++i) {
      const double error = std::abs(static_cast<double>(a[i]) - b[i]);
      out.worst = std::isnan(error) ? INFINITY : std::max(out.worst, error);
      out.scale = std::max(out.scale, std::abs(static_cast<double>(b[i])));
    }
  }
  return out;
}

}  // namespace paretune::runtime
