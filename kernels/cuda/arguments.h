// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace paretune::kernels {

/// The one argument of every CUDA kernel, by value. The same text is compiled for the device
/// (embed.cmake), so it holds plain types only.
struct CudaArguments {
  const void* x;         ///< data input
  const void* w;         ///< packed weights
  const float* columns;  ///< per output channel: bias | scale | bits of int32 zero point * sum(w)
  const void* residual;  ///< second input; x where there is none
  void* y;               ///< output
  void* partial;         ///< workspace: unfinished sums, or converted input
  // Affine quantization (ONNX QuantizeLinear-13) of data, residual and output; unused for f32.
  float in_scale;
  int in_zero;
  float residual_scale;
  int residual_zero;
  float out_scale;
  int out_zero;
};

}  // namespace paretune::kernels
