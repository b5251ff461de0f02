// SPDX-License-Identifier: Apache-2.0
#include "devices/opencl/opencl.h"

namespace paretune::devices {

std::vector<DeviceKind> opencl_kinds() { return {}; }

}  // namespace paretune::devices
