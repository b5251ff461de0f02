// SPDX-License-Identifier: Apache-2.0
#include "devices/energy.h"

#include "devices/cuda/cuda.h"

namespace paretune::devices {

std::optional<std::int64_t> energy_uj(const std::string& device) {
  if (device.starts_with("cuda:")) return cuda_energy_uj(device);
  return std::nullopt;
}

}  // namespace paretune::devices
