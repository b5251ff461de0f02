// SPDX-License-Identifier: Apache-2.0
#include "devices/cuda/cuda.h"

namespace paretune::devices {

std::vector<DeviceKind> cuda_kinds() { return {}; }

}  // namespace paretune::devices
