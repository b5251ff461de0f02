// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "devices/device.h"
#include "model/candidate.h"
#include "model/workload.h"
#include "search/space.h"

namespace paretune::kernels {

/// Knobs of the blocked kernels: register tile `mr` pixels x `nr` vectors of output channels; cache
/// tiles `kc` products, `mc` pixels, `nc` channels; `threads`. nullopt when they cannot take the
/// workload (groups, element types, no AVX2).
std::optional<search::Space> blocked_space(const model::Workload& workload,
                                           const devices::DeviceInfo& device);

/// The tile that a simple model of the processor's ports finds cheapest; one thread, no cache
/// tiles.
model::Knobs blocked_defaults(const model::Workload& workload, const devices::DeviceInfo& device);

}  // namespace paretune::kernels
