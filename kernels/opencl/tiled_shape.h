// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "devices/device.h"
#include "kernels/conv_shape.h"
#include "model/candidate.h"
#include "model/workload.h"
#include "search/space.h"

namespace paretune::kernels {

/// A convolution, or a matrix product as a convolution of 1 x 1 images, as tiled.cl sees it.
struct TiledShape : ConvShape {
  bool in_u8 = false;
};

/// nullopt when tiled.cl cannot take it: family, element types, or more than 2^31 elements.
std::optional<TiledShape> tiled_shape(const model::Workload& workload);

/// How the columns of one group are cut: `columns` per block, `blocks` per group (the last one
/// padded).
struct TiledBlocks {
  TiledBlocks(const TiledShape& shape, const model::Knobs& knobs);
  std::int64_t columns, blocks;
};

/// Knobs: wg_m x wg_n work-items per group; each computes tm pixels x tn vectors of vec channels;
/// ku steps of the sum unrolled; local = 1 stages tiles of bk channels in local memory.
search::Space tiled_space(const TiledShape& shape, const devices::DeviceInfo& device);
/// Valid in tiled_space().
model::Knobs tiled_defaults(const TiledShape& shape, const devices::DeviceInfo& device);

}  // namespace paretune::kernels
