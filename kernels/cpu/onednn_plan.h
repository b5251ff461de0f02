// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dnnl.hpp>

#include "kernels/conv_shape.h"

namespace paretune::kernels {

/// How an oneDNN layer represents its values.
enum class OnednnType { f32, u8s8, bf16 };

/// A conv or gemm as an oneDNN primitive (API version 3,
/// https://oneapi-src.github.io/oneDNN/dev_guide_convolution.html) with a user-managed scratchpad.
struct OnednnPlan {
  OnednnType type = OnednnType::f32;
  ConvShape shape;
  bool output_u8 = false;
  bool has_bias = false;  ///< int8 residuals need one even when the layer has none
  bool has_output_scale = false;
  dnnl::primitive primitive;
  dnnl::memory::desc source, weights, output, residual, scratchpad;
  dnnl::memory::desc stored_weights;  ///< as the model stores them
  dnnl::memory::desc f32_source;      ///< what a bf16 layer receives
};

/// Throws dnnl::error when oneDNN has no implementation.
OnednnPlan make_onednn_plan(const model::Workload& workload, const dnnl::engine& engine);
/// Type by the workload's tags.
OnednnType onednn_type(const model::Workload& workload);

}  // namespace paretune::kernels
