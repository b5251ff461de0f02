// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "devices/device.h"

namespace paretune::devices {

/// The OpenCL kind of device; empty when Paretune was built without OpenCL (absent.cpp).
std::vector<DeviceKind> opencl_kinds();

}  // namespace paretune::devices
