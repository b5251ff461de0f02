// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The text of kernels/cuda/<name>.cu and of arguments.h, embedded by cmake/embed.cmake.
namespace paretune::kernels::cuda_sources {

extern const char* const arguments;
extern const char* const intrinsics;
extern const char* const prelude;
extern const char* const matrix;
extern const char* const tiled;
extern const char* const tensor;
extern const char* const pointwise;
extern const char* const pool;
extern const char* const half;

}  // namespace paretune::kernels::cuda_sources
