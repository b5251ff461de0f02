// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Plain types only: the files that include this are compiled for instruction sets the processor may
// lack, so they must not instantiate anything another file could link to.
namespace paretune::kernels {

/// A run of the reduction whose data lie side by side for every pixel of a tile.
struct Segment {
  std::int64_t offset_bytes = 0;  ///< from the tile's first pixel
  std::int64_t steps = 0;         ///< in MicroTable::group elements
};

/// One register tile: `mr` pixels times `nr` vectors of output channels.
struct MicroArguments {
  const void* data;           ///< of the first pixel
  std::int64_t pixel_stride;  ///< bytes from pixel to pixel
  const Segment* segments;
  std::int64_t segment_count;
  const void* weights;  ///< [steps][nr] vectors
  void* sums;           ///< [mr][nr] vectors of f32 or i32, 64-byte aligned
  bool accumulate;      ///< add to the sums instead of starting at zero
};

/// Sums of a tile to outputs. In float, always in this order, with no fused multiply-add:
///   y = float(sum - correction[k]) * scale[k]   (integer layers; f32 layers: y = sum)
///   y = y + bias[k];  y = y + residual  (u8: float(r - zero) * residual_scale)
///   y = max(y, 0) when relu
///   u8 output: round_even(clamp(y * output_inverse, -zero, 255 - zero)) + zero
struct EpilogueArguments {
  const void* sums;
  int mr, nr;
  std::int64_t channels;  ///< of the tile, at most nr vectors of them
  std::int64_t row;       ///< elements from pixel to pixel of output and residual
  const float* scale;
  const float* bias;
  const std::int32_t* correction;
  const void* residual;  ///< null without one; f32 for f32 layers, u8 for integer ones
  void* output;
  float residual_scale, output_inverse;
  std::int32_t residual_zero, output_zero;
  bool relu, output_u8;
};

/// The tiles of one element type on one instruction set.
struct MicroTable {
  using Multiply = void (*)(const MicroArguments&);
  static constexpr int max_mr = 14;
  static constexpr int max_nr = 4;

  int lanes;                          ///< output channels per vector
  int registers;                      ///< vector registers there are
  int group;                          ///< reduction elements per step
  int data_bytes;                     ///< of one data element as the tile reads it
  int step_bytes;                     ///< of one weight vector
  Multiply multiply[max_mr][max_nr];  ///< [mr-1][nr-1]; null when it does not fit the registers
  void (*epilogue)(const EpilogueArguments&);
};

const MicroTable& f32_avx512();
const MicroTable& f32_avx2();
/// u8 x s8 by vpdpbusd: exact sums of four products.
const MicroTable& u8_avx512_vnni();
/// u8 (widened to i16 by the caller) x s8 (as i16) by vpmaddwd: exact sums of two products.
const MicroTable& u8_avx2();

/// Accumulators, weights and one broadcast must fit.
constexpr bool fits_registers(int mr, int nr, int registers) {
  return mr * nr + nr + 1 <= registers;
}

}  // namespace paretune::kernels
