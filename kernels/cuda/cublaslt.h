// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// "cuda.gemm_cublaslt", and "cuda.conv_cublaslt" for 1 x 1 convolutions of stride 1: f32
/// (CUBLAS_COMPUTE_32F, no TF32: "direct"), f16 or bf16 data with f32 sums ("f16_tensor",
/// "bf16_tensor"). Output f32. Knob: `algorithm`, the place in the list that cuBLASLt's heuristic
/// returns; build() throws DeviceError where the list is shorter.
std::unique_ptr<Kernel> cuda_cublaslt(const std::string& family);

}  // namespace paretune::kernels
