// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/list.h"

namespace paretune::kernels {

std::vector<std::unique_ptr<Kernel>> reference_kernels() { return {}; }

}  // namespace paretune::kernels
