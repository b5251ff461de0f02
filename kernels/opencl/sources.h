// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The text of kernels/opencl/<name>.cl, embedded by embed.cmake.
namespace paretune::kernels::opencl_sources {

extern const char* const prelude;
extern const char* const tiled;
extern const char* const pointwise;
extern const char* const pool;

}  // namespace paretune::kernels::opencl_sources
