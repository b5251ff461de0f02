// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// Kernels for OpenCL devices, best guess first; empty when built without OpenCL (absent.cpp).
std::vector<std::unique_ptr<Kernel>> opencl_kernels();

}  // namespace paretune::kernels
