// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// "cpu.conv_blocked", "cpu.gemm_blocked": own implicit matrix product on channels-last data, f32
/// or u8 x s8, AVX-512 or AVX2 chosen by the device's features. Knobs: blocked_space().
std::unique_ptr<Kernel> conv_blocked();
std::unique_ptr<Kernel> gemm_blocked();

}  // namespace paretune::kernels
