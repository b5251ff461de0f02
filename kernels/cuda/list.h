// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// Kernels for CUDA devices, best guess first; empty when built without CUDA (absent.cpp).
std::vector<std::unique_ptr<Kernel>> cuda_kernels();

}  // namespace paretune::kernels
