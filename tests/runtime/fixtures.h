// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "model/candidate.h"
#include "runtime/device_set.h"
#include "runtime/model.h"

namespace paretune::runtime {

/// ResNet-8 of configs/models with batch 1 and parameters calibrated on random inputs.
const LoadedModel& resnet8();
/// Random normal inputs for it, by seed.
std::vector<model::Tensor> resnet8_inputs(unsigned seed);

/// True when this machine has an OpenCL device; tests that need one say so when they skip.
bool has_opencl();

/// Every layer under the scheme on the device where it can, else on cpu.
model::Candidate uniform(const LoadedModel& model, const std::string& scheme,
                         const std::string& device, DeviceSet& devices);

/// Scheme by layer id of the layers that have one.
std::map<std::string, std::string> schemes_of(const model::Candidate& candidate);

/// The reference's outputs for a candidate: its ONNX Q/DQ graph run by model::evaluate.
std::vector<model::Tensor> reference(const LoadedModel& model, const model::Candidate& candidate,
                                     const std::vector<model::Tensor>& inputs);

/// Largest |a-b|, and largest |b|, over f32 tensors.
struct Difference {
  double worst = 0, scale = 0;
};
Difference difference(const std::vector<model::Tensor>& actual,
                      const std::vector<model::Tensor>& expected);

}  // namespace paretune::runtime
