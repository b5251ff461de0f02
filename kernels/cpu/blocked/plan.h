// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "devices/device.h"
#include "kernels/conv_shape.h"
#include "kernels/cpu/blocked/micro.h"
#include "model/candidate.h"

namespace paretune::kernels {

/// A register tile: up to `mr` neighbouring pixels of one output row.
struct Tile {
  std::int64_t data_offset = 0;  ///< bytes to the first pixel's first tap
  std::int64_t pixel = 0;        ///< index of the first output pixel
  int mr = 1;
};

/// Up to `nr` vectors of output channels whose weights lie together.
struct Panel {
  std::int64_t channel = 0;         ///< first output channel
  std::int64_t channels = 0;        ///< valid ones
  std::int64_t weights_offset = 0;  ///< bytes
  int nr = 1;
};

/// A part of the reduction: consecutive segments, `steps_before` of the whole come first.
struct Chunk {
  std::size_t first = 0, count = 0;
  std::int64_t steps_before = 0;
};

/// A convolution as an implicit matrix product on channels-last data: no im2col, every tile reads
/// the (padded) image itself. Loops: blocks of `nc` channels and `mc` pixels (shared among
/// threads), parts of `kc` products, panels, tiles. After Goto and van de Geijn, "Anatomy of
/// high-performance matrix multiplication", ACM TOMS 34(3), 2008.
struct BlockedPlan {
  ConvShape shape;
  const MicroTable* table = nullptr;
  bool integer = false, output_u8 = false;
  bool copies_input = false;  ///< to the workspace, padded and, for AVX2 integers, widened
  std::int64_t padded_h = 0, padded_w = 0;
  std::int64_t pixel_stride = 0;  ///< bytes
  std::int64_t steps = 0;         ///< of the whole reduction
  std::vector<Segment> segments;
  std::vector<Chunk> chunks;
  std::vector<Tile> tiles;
  std::vector<Panel> panels;
  std::int64_t tiles_per_block = 1, panels_per_block = 1;
  int mr = 1, nr = 1, threads = 1;

  std::int64_t vectors() const { return (shape.k + table->lanes - 1) / table->lanes; }
  std::int64_t tile_blocks() const;
  std::int64_t panel_blocks() const;
  /// Bytes of one tile's sums.
  std::size_t tile_sums() const;
  /// Workspace: the padded input, then each thread's sums when the reduction has several chunks.
  std::size_t input_bytes() const;
  std::size_t sums_bytes() const;
};

/// The tiles of the best instruction set `device` has for the workload's types; null without one.
const MicroTable* choose_table(const model::Workload& workload, const devices::DeviceInfo& device);

/// `knobs` must be valid in blocked_space().
BlockedPlan make_blocked_plan(const model::Workload& workload, const model::Knobs& knobs,
                              const devices::DeviceInfo& device);

/// A 1x1 convolution over everything in order is one row of pixels.
ConvShape flatten(ConvShape shape);

}  // namespace paretune::kernels
