// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// Kernels without knobs, one work-item per output element; f32 or u8 on either side.
/// "opencl.max_pool" and "opencl.global_average_pool" take channels-last images; "opencl.convert"
/// changes the element type on one device and keeps the layout.
std::unique_ptr<Kernel> opencl_max_pool();
std::unique_ptr<Kernel> opencl_global_average_pool();
std::unique_ptr<Kernel> opencl_add();
std::unique_ptr<Kernel> opencl_relu();
std::unique_ptr<Kernel> opencl_convert();

}  // namespace paretune::kernels
