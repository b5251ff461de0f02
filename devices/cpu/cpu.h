// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devices/device.h"

namespace paretune::devices {

/// The host processor: one device, id "cpu". Work runs in the caller's thread inside enqueue(), so
/// wait() has nothing to wait for.
DeviceKind cpu_kind();

}  // namespace paretune::devices
