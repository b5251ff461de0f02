// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "devices/cuda/vendor.h"

/// The few declarations of cuBLASLt that are used, after NVIDIA's reference ("cuBLAS", section
/// "Using the cuBLASLt API"). The library's own headers come only with a whole toolkit; a test
/// compares these with them where there is one.
namespace paretune::devices::cublaslt {

using Handle = struct Context*;
using Status = int;  ///< 0: success
constexpr Status success = 0;
/// Descriptors are opaque here: made by a create function, freed by a destroy function.
using MatmulDesc = struct MatmulDescOpaque*;
using MatrixLayout = struct MatrixLayoutOpaque*;
using MatmulPreference = struct MatmulPreferenceOpaque*;

struct MatmulAlgo {
  std::array<std::uint64_t, 8> data;
};
struct MatmulHeuristicResult {
  MatmulAlgo algo;
  std::size_t workspace_size;
  Status state;
  float waves_count;
  std::array<int, 4> reserved;
};

enum ComputeType : int { compute_32f = 68, compute_32f_pedantic = 69 };
enum DataType : int { real_32f = 0, real_16f = 2, real_16bf = 14 };
enum Operation : std::int32_t { operation_n = 0, operation_t = 1 };
enum MatmulDescAttribute : int {
  desc_transa = 3,        ///< int32_t
  desc_transb = 4,        ///< int32_t
  desc_epilogue = 7,      ///< uint32_t
  desc_bias_pointer = 8,  ///< device address
};
enum PreferenceAttribute : int { preference_max_workspace_bytes = 1 /* uint64_t */ };
enum Epilogue : std::uint32_t {
  epilogue_default = 1,
  epilogue_relu = 2,
  epilogue_bias = 4,
  epilogue_relu_bias = 6,
};

using CreateFunction = Status(Handle*);
using DestroyFunction = Status(Handle);
using MatmulDescCreateFunction = Status(MatmulDesc*, ComputeType, DataType scale);
using MatmulDescDestroyFunction = Status(MatmulDesc);
using MatmulDescSetAttributeFunction = Status(MatmulDesc, MatmulDescAttribute, const void* value,
                                              std::size_t bytes);
/// Column-major: `leading` elements from column to column.
using MatrixLayoutCreateFunction = Status(MatrixLayout*, DataType, std::uint64_t rows,
                                          std::uint64_t columns, std::int64_t leading);
using MatrixLayoutDestroyFunction = Status(MatrixLayout);
using PreferenceCreateFunction = Status(MatmulPreference*);
using PreferenceDestroyFunction = Status(MatmulPreference);
using PreferenceSetAttributeFunction = Status(MatmulPreference, PreferenceAttribute,
                                              const void* value, std::size_t bytes);
using HeuristicFunction = Status(Handle, MatmulDesc, MatrixLayout a, MatrixLayout b, MatrixLayout c,
                                 MatrixLayout d, MatmulPreference, int asked,
                                 MatmulHeuristicResult* results, int* returned);
/// D = epilogue(alpha * op(A) * op(B) + beta * C)
using MatmulFunction = Status(Handle, MatmulDesc, const void* alpha, const void* a, MatrixLayout,
                              const void* b, MatrixLayout, const void* beta, const void* c,
                              MatrixLayout, void* d, MatrixLayout, const MatmulAlgo*,
                              void* workspace, std::size_t workspace_bytes, CUstream);

}  // namespace paretune::devices::cublaslt
