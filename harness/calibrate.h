// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "harness/dataset.h"
#include "model/quant/scheme.h"
#include "runtime/device_set.h"
#include "runtime/model.h"

namespace paretune::harness {

/// Inputs of one run of the model (a sample, or a batch of them), by position in the calibration
/// set.
using SampleInputs = std::function<std::vector<model::Tensor>(std::size_t)>;

/// Min-max ranges of every value a quantizable layer reads, over `count` runs in fp32 on
/// cpu, as u8 parameters by value name. Throws model::InvalidModel when count is 0 or a value is
/// not finite.
model::QuantParameters calibrate_min_max(const runtime::LoadedModel& model,
                                         runtime::DeviceSet& devices, std::size_t count,
                                         const SampleInputs& inputs);

}  // namespace paretune::harness
