// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/kernel.h"
#include "kernels/opencl/program.h"
#include "kernels/opencl/tiled_shape.h"

namespace paretune::kernels {

/// What tiled.cl reads per layer.
struct TiledPacked : public Packed {
  explicit TiledPacked(const Constants& constants) : quantization(constants) {}
  std::size_t bytes() const override;

  std::unique_ptr<devices::Buffer>
      weights;  ///< [group][block][r][s][channel][columns]; padding is 0
  std::unique_ptr<devices::Buffer> columns;  ///< f32 [bias | scale | i32 bits of zero * sum(w)]
  std::unique_ptr<devices::Buffer> padding;  ///< one pixel of one group: 0, or the zero point
  Quantization quantization;
};

/// Weights are OIHW or [n,k], of the type tiled_shape() accepted (asserted).
std::unique_ptr<TiledPacked> tiled_pack(const TiledShape& shape, const TiledBlocks& blocks,
                                        const Constants& constants, devices::Device& device);

}  // namespace paretune::kernels
