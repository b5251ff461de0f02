// SPDX-License-Identifier: Apache-2.0
#include "harness/calibrate.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "model/errors.h"
#include "runtime/session.h"

namespace paretune::harness {
namespace {

/// The model with every value a quantizable layer reads added to its outputs: the fast kernels then
/// calibrate.
runtime::LoadedModel probed(const runtime::LoadedModel& model, std::vector<std::string>& values) {
  runtime::LoadedModel probe = model;
  std::set<std::string> wanted;
  for (const model::Layer& layer : model.layers) {
    if (layer.quantizable()) wanted.insert(layer.inputs.begin(), layer.inputs.end());
  }
  probe.graph.outputs.clear();
  for (const std::string& value : wanted) {
    values.push_back(value);
    probe.graph.outputs.push_back(model.graph.values.at(value));
  }
  return probe;
}

void check_finite(const std::string& value, const model::Range& range) {
  if (std::isfinite(range.min) && std::isfinite(range.max)) return;
  throw model::InvalidModel(fmt::format(
      "calibration: value '{}' is not finite; check the preprocessing in the study", value));
}

}  // namespace

model::QuantParameters calibrate_min_max(const runtime::LoadedModel& model,
                                         runtime::DeviceSet& devices, std::size_t count,
                                         const SampleInputs& inputs) {
  if (count == 0) throw model::InvalidModel("calibration: there are no samples");
  std::vector<std::string> values;
  const runtime::LoadedModel probe = probed(model, values);
  if (values.empty()) return {};
  runtime::Session session(probe, model::Candidate{}, devices);
  model::Ranges ranges;
  std::vector<model::Tensor> outputs;
  for (std::size_t sample = 0; sample < count; ++sample) {
    session.run(inputs(sample), outputs);
    for (std::size_t i = 0; i < values.size(); ++i) ranges[values[i]].add(outputs[i]);
  }
  for (const auto& [value, range] : ranges) check_finite(value, range);
  return model::parameters_of(ranges);
}

}  // namespace paretune::harness
