// SPDX-License-Identifier: Apache-2.0
// What tiled.cu and tensor.cu share. Implicit GEMM: rows are output pixels (n, oy, ox), columns the
// output channels of one group, the sum runs over (r, s, channel). A matrix product is the case of
// 1 x 1 images. Grid: x row tiles, y column tiles, z group * SPLIT + part of the sum.
#define PIXELS (BATCH * OH * OW)
#define CHANNELS (GROUPS * KG)
#define COLUMN_TILES ((KG + BN - 1) / BN)
#define STEPS ((DEPTH + BK - 1) / BK)
#define STEPS_PER_PART ((STEPS + SPLIT - 1) / SPLIT)

#if IN_U8
typedef int sum_t;
#else
typedef float sum_t;
#endif

// The input window of an output pixel: its image's first element of the group, and the corner.
struct Window {
  int base, y, x;
};

__device__ inline Window window_of(int pixel, int group) {
  Window at;
  at.base = pixel / (OH * OW) * (H * W * C) + group * CG;
  // A row behind the last pixel reads padding only.
  at.y = pixel < PIXELS ? pixel / OW % OH * STRIDE_H - PAD_T : -(1 << 29);
  at.x = pixel % OW * STRIDE_W - PAD_L;
  return at;
}

// Element of x that tap `tap` of the window begins at; -1: padding.
__device__ inline int tap_at(const Window& at, int tap) {
  const int y = at.y + tap / S * DILATION_H, x = at.x + tap % S * DILATION_W;
  if (y < 0 || y >= H || x < 0 || x >= W) return -1;
  return at.base + (y * W + x) * C;
}

// activation(sum * scale + bias + residual) in the output's type.
__device__ inline out_t finish(sum_t sum, int channel, int at, const Arguments& to) {
#if IN_U8
  const int correction = ((const int*)to.columns)[2 * CHANNELS + channel];
  float v = (float)(sum - correction) * (to.in_scale * to.columns[CHANNELS + channel]);
  v = v + to.columns[channel];
#else
  float v = sum + to.columns[channel];
#endif
#if ADD
  v = v + TO_FLOAT(((const data_t*)to.residual)[at], to.residual_scale, to.residual_zero);
#endif
#if RELU
  v = fmaxf(v, 0.0f);
#endif
  return from_float(v, to);
}

// One finished sum of this block's part.
__device__ inline void put(sum_t sum, int pixel, int column, int group, int part,
                           const Arguments& to) {
  if (pixel >= PIXELS || column >= KG) return;
  const int channel = group * KG + column;
  const int at = pixel * CHANNELS + channel;
#if SPLIT > 1
  ((sum_t*)to.partial)[(long long)part * PIXELS * CHANNELS + at] = sum;
#else
  ((out_t*)to.y)[at] = finish(sum, channel, at, to);
#endif
}

#if SPLIT > 1
// Adds the parts in their order, so that runs agree.
extern "C" __global__ void reduce(const Arguments to) {
  const int at = blockIdx.x * blockDim.x + threadIdx.x;
  if (at >= PIXELS * CHANNELS) return;
  sum_t sum = 0;
  for (int part = 0; part < SPLIT; ++part) {
    sum += ((const sum_t*)to.partial)[(long long)part * PIXELS * CHANNELS + at];
  }
  ((out_t*)to.y)[at] = finish(sum, at % CHANNELS, at, to);
}
#endif
