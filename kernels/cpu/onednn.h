// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// "cpu.conv_onednn", "cpu.gemm_onednn": oneDNN's JIT kernels with the layer's bias, residual, ReLU
/// and requantization fused. No knobs. f32; u8 data with s8 weights; bf16 weights with f32 data
/// where the processor has the instructions.
std::unique_ptr<Kernel> conv_onednn();
std::unique_ptr<Kernel> gemm_onednn();

}  // namespace paretune::kernels
