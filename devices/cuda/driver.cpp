// SPDX-License-Identifier: Apache-2.0
#include "devices/cuda/driver.h"

#include <fmt/core.h>

#include "devices/cuda/cuda_error.h"

namespace paretune::devices {

CudaDriver::CudaDriver() : library_({"libcuda.so.1"}) {
  if (!library_) {
    why_not_ = fmt::format("no CUDA driver ({})", library_.why());
    return;
  }
// The inner macro lets the name be replaced by what cuda.h makes of it.
#define PARETUNE_TEXT_OF(name) #name
#define PARETUNE_CUDA_FIND(function)                                                    \
  function = library_.find<decltype(&::function)>(PARETUNE_TEXT_OF(function));          \
  if (function == nullptr && why_not_.empty()) {                                        \
    why_not_ = fmt::format("the CUDA driver is too old: {} has no {}", library_.path(), \
                           PARETUNE_TEXT_OF(function));                                 \
  }
  PARETUNE_CUDA_FUNCTIONS(PARETUNE_CUDA_FIND)
#undef PARETUNE_CUDA_FIND
#undef PARETUNE_TEXT_OF
  if (!why_not_.empty()) return;
  const auto code = cuInit(0);
  if (code != CUDA_SUCCESS) {
    why_not_ = fmt::format("no usable CUDA driver (cuInit returned {})", cuda_code_name(code));
  }
}

const CudaDriver& CudaDriver::loaded() {
  static const CudaDriver driver;
  return driver;
}

const CudaDriver* CudaDriver::instance() { return loaded().why_not_.empty() ? &loaded() : nullptr; }

const std::string& CudaDriver::why_not() { return loaded().why_not_; }

}  // namespace paretune::devices
