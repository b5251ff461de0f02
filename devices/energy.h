// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace paretune::devices {

/// Energy the device has taken since its driver was loaded, in microjoules; nullopt when it does
/// not tell. "cuda:N" asks NVML (Volta and newer; steps of some 20 to 100 ms).
std::optional<std::int64_t> energy_uj(const std::string& device);

}  // namespace paretune::devices
