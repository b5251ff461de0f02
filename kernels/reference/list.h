// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// "cpu.reference": runs every family through reference_run().
std::vector<std::unique_ptr<Kernel>> reference_kernels();

}  // namespace paretune::kernels
