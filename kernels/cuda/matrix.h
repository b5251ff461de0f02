// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// "cuda.conv_tiled", "cuda.gemm_tiled": f32 products (fma, numerics "direct") or u8 x s8 (dp4a,
/// "u8s8_exact"). Any convolution, groups and dilations included.
std::unique_ptr<Kernel> cuda_tiled(const std::string& family);
/// "cuda.conv_tensor", "cuda.gemm_tensor": tensor cores on data and weights rounded to f16 or bf16,
/// sums in f32 ("f16_tensor", "bf16_tensor").
std::unique_ptr<Kernel> cuda_tensor(const std::string& family);

}  // namespace paretune::kernels
