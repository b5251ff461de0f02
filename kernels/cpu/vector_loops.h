// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/quant/scheme.h"

namespace paretune::kernels {

/// A pooling window over channels-last data of one element type.
struct PoolShape {
  std::int64_t n = 1, c = 1, h = 1, w = 1, r = 1, s = 1, oh = 1, ow = 1;
  std::int64_t stride_h = 1, stride_w = 1, pad_t = 0, pad_l = 0;
};

/// Loops over contiguous values, compiled for several instruction sets and chosen at run time
/// (Highway, https://github.com/google/highway).
/// saturate(round_even(from / scale) + zero_point), as ONNX QuantizeLinear.
void quantize(const float* from, std::uint8_t* to, std::size_t count, model::QuantParams params);
void dequantize(const std::uint8_t* from, float* to, std::size_t count, model::QuantParams params);
void add(const float* a, const float* b, float* to, std::size_t count, bool relu);
void relu(const float* from, float* to, std::size_t count);
/// Padding never wins.
void max_pool(const float* from, float* to, const PoolShape& shape);
void max_pool(const std::uint8_t* from, std::uint8_t* to, const PoolShape& shape);
/// to[n][c] = mean over h*w.
void average_pool(const float* from, float* to, std::int64_t n, std::int64_t area, std::int64_t c);

}  // namespace paretune::kernels
