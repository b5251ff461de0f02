// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "devices/device.h"

namespace paretune::devices {

/// The CUDA kind of device; empty when Paretune was built without CUDA's headers (absent.cpp).
std::vector<DeviceKind> cuda_kinds();
/// devices::energy_uj of "cuda:N".
std::optional<std::int64_t> cuda_energy_uj(const std::string& device);

}  // namespace paretune::devices
