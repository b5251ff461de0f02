// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "kernels/conv_shape.h"
#include "kernels/cuda/program.h"
#include "kernels/kernel.h"

namespace paretune::kernels {

/// What products are made of.
enum class CudaArithmetic { f32, u8s8, f16, bf16 };

/// A convolution, or a matrix product as a convolution of 1 x 1 images, as tiled.cu and tensor.cu
/// see it.
struct CudaShape : ConvShape {
  CudaArithmetic arithmetic = CudaArithmetic::f32;

  bool tensor() const {
    return arithmetic == CudaArithmetic::f16 || arithmetic == CudaArithmetic::bf16;
  }
  /// Channels per word of shared memory in tiled.cu.
  std::int64_t pack() const { return arithmetic == CudaArithmetic::u8s8 ? 4 : 1; }
  /// Length of the sum: words of tiled.cu, values of tensor.cu.
  std::int64_t depth() const { return r * s * ((cg() + pack() - 1) / pack()); }
};

/// nullopt when neither can take it: family, element types, or more than 2^31 elements.
std::optional<CudaShape> cuda_shape(const model::Workload& workload);

/// Knobs of tiled.cu: tx x ty threads of tn columns x tm pixels; bk words of the sum per step; vec
/// words per load; stages of shared memory; split parts of the sum.
/// Knobs of tensor.cu: warps_m x warps_n warps of tiles_m x tiles_n tiles of 16 x 8; bk channels
/// per step; vec, stages and split likewise.
search::Space cuda_matrix_space(const CudaShape& shape, const devices::DeviceInfo& device);
/// Valid in cuda_matrix_space().
model::Knobs cuda_matrix_defaults(const CudaShape& shape, const devices::DeviceInfo& device);

/// How the work is cut.
struct CudaTiles {
  CudaTiles(const CudaShape& shape, const model::Knobs& knobs);

  std::int64_t rows, columns, bk;  ///< BM, BN, BK
  std::int64_t threads;
  std::int64_t split;
  std::int64_t row_tiles, column_tiles;  ///< per group
  std::int64_t padded_depth;             ///< whole steps of bk
  std::size_t shared_bytes;
};

/// What is compiled and launched for a valid setting. Needs no driver.
CudaProgram cuda_matrix_program(const model::Workload& workload, const CudaShape& shape,
                                const model::Knobs& knobs);

/// What tiled.cu and tensor.cu read per layer.
struct CudaMatrixPacked : public Packed {
  std::size_t bytes() const override { return weights->size() + columns->size(); }

  CudaArguments arguments{};
  std::unique_ptr<devices::Buffer> weights;
  std::unique_ptr<devices::Buffer> columns;  ///< see CudaArguments::columns
};
/// Weights are OIHW or [n,k], of the type cuda_shape() accepted (asserted).
std::unique_ptr<CudaMatrixPacked> cuda_matrix_pack(const CudaShape& shape, const CudaTiles& tiles,
                                                   const Constants& constants,
                                                   devices::Device& device);

}  // namespace paretune::kernels
