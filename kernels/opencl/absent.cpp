// SPDX-License-Identifier: Apache-2.0
#include "kernels/opencl/list.h"

namespace paretune::kernels {

std::vector<std::unique_ptr<Kernel>> opencl_kernels() { return {}; }

}  // namespace paretune::kernels
