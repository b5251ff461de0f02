// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/list.h"

namespace paretune::kernels {

std::vector<std::unique_ptr<Kernel>> cpu_kernels() { return {}; }

}  // namespace paretune::kernels
