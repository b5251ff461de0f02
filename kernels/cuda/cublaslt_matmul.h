// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "devices/cuda/cublaslt.h"
#include "devices/cuda/cuda_device.h"

namespace paretune::kernels {

/// y[m][n] = activation(x[m][k] * w[n][k]^T + bias[n] + residual[m][n]), row by row.
struct CublasLtProblem {
  std::int64_t m = 1, n = 1, k = 1;
  devices::cublaslt::DataType type = devices::cublaslt::real_32f;  ///< of x and w
  bool bias = false, add = false, relu = false;
};

/// One such product with an algorithm chosen. Sums and y are f32.
class CublasLtMatmul {
 public:
  /// The algorithm at place `algorithm` of the heuristic's list. Throws DeviceError.
  CublasLtMatmul(const CublasLtProblem& problem, int algorithm, devices::CudaDevice& device);
  ~CublasLtMatmul();
  CublasLtMatmul(const CublasLtMatmul&) = delete;
  CublasLtMatmul& operator=(const CublasLtMatmul&) = delete;

  std::size_t workspace_bytes() const { return chosen_.workspace_size; }
  /// Addresses are the device's; `residual` is used when the problem adds, `bias` when it has one.
  void enqueue(const void* x, const void* w, const void* bias, const void* residual, void* y,
               void* workspace);

 private:
  void describe(const CublasLtProblem& problem);
  void choose(int algorithm);
  void release();

  devices::CudaDevice& device_;
  const devices::CublasLt& api_;
  bool bias_, add_;
  devices::cublaslt::Handle handle_ = nullptr;
  devices::cublaslt::MatmulDesc desc_ = nullptr;
  devices::cublaslt::MatrixLayout w_ = nullptr, x_ = nullptr, y_ = nullptr;
  devices::cublaslt::MatmulHeuristicResult chosen_{};
};

}  // namespace paretune::kernels
