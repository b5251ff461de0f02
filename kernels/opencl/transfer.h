// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// "opencl.transfer": a convert between "cpu" and an OpenCL device that changes neither type nor
/// layout. enqueue() takes one buffer of each. It waits for the queue: afterwards the source may be
/// overwritten and the target may be read by either side.
std::unique_ptr<Kernel> opencl_transfer();

}  // namespace paretune::kernels
