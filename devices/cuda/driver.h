// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "devices/cuda/library.h"
#include "devices/cuda/vendor.h"

// Every function of the driver API that is used (CUDA Driver API reference manual). cuda.h renames
// some of them (cuMemAlloc is cuMemAlloc_v2), which is why the list is a macro.
#define PARETUNE_CUDA_FUNCTIONS(X) \
  X(cuInit)                        \
  X(cuDriverGetVersion)            \
  X(cuDeviceGetCount)              \
  X(cuDeviceGet)                   \
  X(cuDeviceGetName)               \
  X(cuDeviceGetAttribute)          \
  X(cuDeviceTotalMem)              \
  X(cuDeviceGetPCIBusId)           \
  X(cuDevicePrimaryCtxRetain)      \
  X(cuDevicePrimaryCtxRelease)     \
  X(cuCtxSetCurrent)               \
  X(cuStreamCreate)                \
  X(cuStreamDestroy)               \
  X(cuStreamSynchronize)           \
  X(cuMemAlloc)                    \
  X(cuMemFree)                     \
  X(cuMemcpyHtoDAsync)             \
  X(cuMemcpyDtoHAsync)             \
  X(cuMemsetD8Async)               \
  X(cuModuleLoadData)              \
  X(cuModuleUnload)                \
  X(cuModuleGetFunction)           \
  X(cuFuncSetAttribute)            \
  X(cuLaunchKernel)                \
  X(cuEventCreate)                 \
  X(cuEventDestroy)                \
  X(cuEventRecord)                 \
  X(cuEventSynchronize)            \
  X(cuEventElapsedTime)            \
  X(cuGetErrorName)

namespace paretune::devices {

/// The driver (libcuda.so.1), found at run time. Every member is set when the object is usable.
class CudaDriver {
 public:
  CudaDriver();
  /// nullptr when this machine has no usable driver; why_not() says what is missing.
  static const CudaDriver* instance();
  /// "no CUDA driver (libcuda.so.1 not found)"; "" when there is one.
  static const std::string& why_not();

#define PARETUNE_CUDA_MEMBER(name) decltype(&::name) name = nullptr;
  PARETUNE_CUDA_FUNCTIONS(PARETUNE_CUDA_MEMBER)
#undef PARETUNE_CUDA_MEMBER

 private:
  static const CudaDriver& loaded();

  Library library_;
  std::string why_not_;
};

}  // namespace paretune::devices
