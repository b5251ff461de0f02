// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/list.h"

namespace paretune::kernels {

std::vector<std::unique_ptr<Kernel>> cuda_kernels() { return {}; }

}  // namespace paretune::kernels
