// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "devices/cuda/vendor.h"

namespace paretune::devices {

/// "CUDA_ERROR_OUT_OF_MEMORY", or "code 7" for one that is not listed. Needs no driver.
std::string cuda_code_name(CUresult code);

/// Throws DeviceOutOfMemory or DeviceError "`what`: `call` returned CUDA_ERROR_X" unless `code` is
/// CUDA_SUCCESS. `what` says what was asked.
void cuda_check(CUresult code, std::string_view call, std::string_view what);

}  // namespace paretune::devices
