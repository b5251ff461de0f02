// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// "opencl.conv_tiled": convolution with bias, residual and relu as an implicit matrix product over
/// channels-last data; f32, or u8 x s8 with exact sums.
std::unique_ptr<Kernel> opencl_conv_tiled();
/// "opencl.gemm_tiled": data [m,k] times weight [n,k]^T; types and epilogue as the convolution.
std::unique_ptr<Kernel> opencl_gemm_tiled();

}  // namespace paretune::kernels
