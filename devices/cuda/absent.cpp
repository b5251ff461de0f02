// SPDX-License-Identifier: Apache-2.0
#include "devices/cuda/cuda.h"

namespace paretune::devices {

std::vector<DeviceKind> cuda_kinds() { return {}; }

std::optional<std::int64_t> cuda_energy_uj(const std::string&) { return std::nullopt; }

}  // namespace paretune::devices
