// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "harness/protocol.h"
#include "harness/study.h"
#include "runtime/model.h"

namespace paretune::harness {

/// Layers, devices, kernel tasks (layers and converts) and default choices of a study's model on
/// this machine, as data. Throws devices::DeviceError when a device of the study is not there,
/// naming those that are.
Description describe_model(const Study& study, const runtime::LoadedModel& model);

/// This machine and the software on it; `infos` are the devices of the study.
results::MachineRecord machine_record(const std::vector<devices::DeviceInfo>& infos);

}  // namespace paretune::harness
