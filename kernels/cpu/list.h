// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// Kernels for the host processor, best guess first.
std::vector<std::unique_ptr<Kernel>> cpu_kernels();

}  // namespace paretune::kernels
