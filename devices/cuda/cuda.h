// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "devices/device.h"

namespace paretune::devices {

/// The CUDA kind of device; empty when Paretune was built without CUDA's headers (absent.cpp).
std::vector<DeviceKind> cuda_kinds();

}  // namespace paretune::devices
