// SPDX-License-Identifier: Apache-2.0
#pragma once

// What CUDA C++ and intrinsics.cu give a kernel, for a host compiler. nvrtc.cpp puts it in front of
// the kernel's source. Without the standard library's headers, which would take longer to compile
// than the kernel.
#include "tests/kernels/cuda/host/block.h"

extern "C" {
HostBlock* host_block = nullptr;  // set by the driver that loads the kernel
}

#define PARETUNE_HOST 1
#define __global__
#define __device__
#define __launch_bounds__(threads)
#define threadIdx (host_block->thread)
#define blockIdx (host_block->block)
#define blockDim (host_block->block_size)
#define __syncthreads() host_block->barrier()
#define MINUS_INFINITY (-__builtin_inff())
#define SHARED_BYTES(name) unsigned char* const name = host_block->shared

extern "C" {
float fmaxf(float a, float b);
float fminf(float a, float b);
float rintf(float value);
}
inline int max(int a, int b) { return a > b ? a : b; }
inline int min(int a, int b) { return a < b ? a : b; }

struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};

// A product rounded before it is added: within every tolerance, and many times as fast as a fused
// one without the instruction.
inline float host_fmaf(float a, float b, float c) { return a * b + c; }
#define fmaf host_fmaf

#ifndef BFLOAT
#define BFLOAT 0
#endif

inline int dot4(int a, int b, int sum) {
  for (int i = 0; i < 4; ++i) {
    sum += static_cast<unsigned char>(a >> (8 * i)) * static_cast<signed char>(b >> (8 * i));
  }
  return sum;
}

inline unsigned pack_halves(float low, float high) {
  return host_block->half_from_float(low, BFLOAT) |
         static_cast<unsigned>(host_block->half_from_float(high, BFLOAT)) << 16;
}

// PTX ISA, "Matrix Fragments for mma.m16n8k16 with floating point type": of the 16 x 16 matrix A
// lane l holds, in register r, rows l / 4 + 8 * (r % 2), columns l % 4 * 2 + 8 * (r / 2) and the
// next; of the 16 x 8 matrix B rows l % 4 * 2 + 8 * r and the next, column l / 4; of C rows
// l / 4 + 8 * (r / 2), column l % 4 * 2 + r % 2.
static inline void multiply_tile(float* c, const unsigned* a, const unsigned* b) {
  static thread_local unsigned calls[1024];
  const unsigned me = host_block->thread.x, lane = me % 32;
  auto& shared = host_block->fragments[calls[me]++ % 2];
  for (int i = 0; i < 4; ++i) shared[me][i] = a[i];
  for (int i = 0; i < 2; ++i) shared[me][4 + i] = b[i];
  host_block->barrier();
  const auto* warp = shared + me / 32 * 32;
  const auto half = [](unsigned word, int k) {
    return host_block->half_to_float(static_cast<unsigned short>(word >> (k % 2 * 16)), BFLOAT);
  };
  for (int r = 0; r < 4; ++r) {
    const unsigned row = lane / 4, column = lane % 4 * 2 + r % 2;
    double sum = c[r];
    for (int k = 0; k < 16; ++k) {
      const float x = half(warp[row * 4 + k % 8 / 2][r / 2 + k / 8 * 2], k);
      const float w = half(warp[column * 4 + k % 8 / 2][4 + k / 8], k);
      sum += static_cast<double>(x) * static_cast<double>(w);
    }
    c[r] = static_cast<float>(sum);
  }
}
