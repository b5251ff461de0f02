// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/list.h"

#include "kernels/cpu/blocked/blocked.h"
#include "kernels/cpu/loop_kernel.h"
#include "kernels/cpu/onednn.h"

namespace paretune::kernels {

std::vector<std::unique_ptr<Kernel>> cpu_kernels() {
  std::vector<std::unique_ptr<Kernel>> list;
  list.push_back(conv_blocked());
  list.push_back(gemm_blocked());
  list.push_back(conv_onednn());
  list.push_back(gemm_onednn());
  list.push_back(max_pool_kernel());
  list.push_back(average_pool_kernel());
  list.push_back(add_kernel());
  list.push_back(relu_kernel());
  list.push_back(convert_kernel());
  return list;
}

}  // namespace paretune::kernels
