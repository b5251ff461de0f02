// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/device_set.h"

namespace paretune::harness {

/// How far apart two measurements of the very same code lie on this machine, now.
struct NoiseFloor {
  int blocks = 0;           ///< comparisons made
  int pairs = 0;            ///< interleaved runs of each side per comparison
  double run_us = 0;        ///< median wall time of one run, microseconds
  double cv = 0;            ///< standard deviation over mean of all runs
  double floor_paired = 0;  ///< largest |ratio - 1| of the medians of one block's two sides
  double floor_apart = 0;   ///< largest |ratio - 1| of the medians of any two blocks
};

/// Times a 64 x 256 x 256 f32 matrix product against itself, `blocks` times. Throws
/// devices::DeviceError.
NoiseFloor measure_noise(runtime::DeviceSet& devices, int blocks, int pairs);

}  // namespace paretune::harness
