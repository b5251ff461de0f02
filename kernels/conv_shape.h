// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/workload.h"

namespace paretune::kernels {

/// The numbers of a convolution. A gemm is one too: a 1x1 convolution of one image of one row with
/// m pixels, so that both families share one implementation (weights [n,k] are OIHW [n,k,1,1]).
struct ConvShape {
  std::int64_t n = 1, c = 1, h = 1, w = 1, k = 1, r = 1, s = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_t = 0, pad_l = 0, pad_b = 0, pad_r = 0;
  std::int64_t dilation_h = 1, dilation_w = 1, group = 1;
  std::int64_t oh = 1, ow = 1;
  bool bias = false, add = false, relu = false;

  std::int64_t input_count() const { return n * c * h * w; }
  std::int64_t output_count() const { return n * k * oh * ow; }
  /// Products summed per output.
  std::int64_t reduction() const { return c / group * r * s; }
  std::int64_t cg() const { return c / group; }  ///< input channels per group
  std::int64_t kg() const { return k / group; }  ///< output channels per group
  std::int64_t pixels() const { return n * oh * ow; }
  bool padded() const { return (pad_t | pad_l | pad_b | pad_r) != 0; }
};

/// Of a "conv" or "gemm" workload; throws std::out_of_range when a dim is missing.
ConvShape conv_shape(const model::Workload& workload);

/// Element types a kernel reads and writes: tags "in", "out"; for convert those of its ports.
model::ElementType input_type(const model::Workload& workload);
model::ElementType output_type(const model::Workload& workload);
/// Shapes of the data input and the output as they lie in memory (NHWC, [m,k], [count] ...).
model::Shape input_shape(const model::Workload& workload);
model::Shape output_shape(const model::Workload& workload);
/// How many buffers enqueue() takes: 2 for the add family and with a residual, else 1.
int input_count(const model::Workload& workload);

}  // namespace paretune::kernels
