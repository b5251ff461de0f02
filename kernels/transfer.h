// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// "<kind>.transfer": copies between the cpu and a device of that kind, element type and layout
/// kept. Ordered with the device's queue and finished when enqueue() returns.
std::unique_ptr<Kernel> make_transfer(const std::string& kind);

}  // namespace paretune::kernels
