// SPDX-License-Identifier: Apache-2.0
#include "kernels/opencl/list.h"

#include "kernels/opencl/simple.h"
#include "kernels/opencl/tiled.h"
#include "kernels/transfer.h"

namespace paretune::kernels {

std::vector<std::unique_ptr<Kernel>> opencl_kernels() {
  std::vector<std::unique_ptr<Kernel>> list;
  list.push_back(opencl_conv_tiled());
  list.push_back(opencl_gemm_tiled());
  list.push_back(opencl_max_pool());
  list.push_back(opencl_global_average_pool());
  list.push_back(opencl_add());
  list.push_back(opencl_relu());
  list.push_back(opencl_convert());
  list.push_back(make_transfer("opencl"));
  return list;
}

}  // namespace paretune::kernels
