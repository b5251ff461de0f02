// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/list.h"

#include "kernels/cuda/cublaslt.h"
#include "kernels/cuda/matrix.h"
#include "kernels/cuda/simple.h"
#include "kernels/transfer.h"

namespace paretune::kernels {

std::vector<std::unique_ptr<Kernel>> cuda_kernels() {
  std::vector<std::unique_ptr<Kernel>> list;
  for (const auto* family : {"conv", "gemm"}) {
    list.push_back(cuda_tensor(family));
    list.push_back(cuda_tiled(family));
    list.push_back(cuda_cublaslt(family));
  }
  for (const auto* family : {"max_pool", "global_average_pool", "add", "relu", "convert"}) {
    list.push_back(cuda_simple(family));
  }
  list.push_back(make_transfer("cuda"));
  return list;
}

}  // namespace paretune::kernels
