// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "kernels/cuda/program.h"
#include "kernels/kernel.h"

namespace paretune::kernels {

/// "cuda.<family>" without knobs, one thread per output element; f32 or u8 on either side.
/// Families: max_pool, global_average_pool (channels-last images), add, relu, convert (on one
/// device; changes element type and layout).
std::unique_ptr<Kernel> cuda_simple(const std::string& family);

/// What it compiles and launches for a workload it accepts.
CudaProgram cuda_simple_program(const model::Workload& workload);

}  // namespace paretune::kernels
