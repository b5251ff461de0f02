// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What one thread of a block can see, shared by the driver that runs the threads (driver.cpp) and
/// the kernels it runs (shim.h). Plain types only.
struct HostBlock {
  struct Index {
    unsigned x, y, z;
  };
  Index thread, block, block_size;
  unsigned char* shared;  ///< dynamic shared memory, 16-byte aligned
  void (*barrier)();      ///< __syncthreads()
  /// Bits of f16 or bf16, rounded to nearest even, and back.
  unsigned short (*half_from_float)(float value, bool bfloat);
  float (*half_to_float)(unsigned short bits, bool bfloat);
  /// What each thread brought to the last two tensor-core instructions: a[4], b[2].
  unsigned fragments[2][1024][6];
};
