# SPDX-License-Identifier: Apache-2.0
# CUDA's headers: from the Python environment (`./dev setup`) or an installed toolkit. Only headers
# are needed; the driver, NVRTC and cuBLASLt are opened by name at run time. Without the headers
# devices/cuda/absent.cpp takes the place of the device.
if(PARETUNE_WITH_CUDA)
  file(GLOB _cuda_folders "${PARETUNE_DEPS_DIR}/lib/python3*/site-packages/nvidia/*/include")
  list(APPEND _cuda_folders /usr/local/cuda/include)
  find_path(PARETUNE_CUDA_H cuda.h HINTS ${_cuda_folders})
  find_path(PARETUNE_NVRTC_H nvrtc.h HINTS ${_cuda_folders})
  if(PARETUNE_CUDA_H AND PARETUNE_NVRTC_H)
    set(PARETUNE_CUDA_INCLUDE_DIRS "${PARETUNE_CUDA_H}" "${PARETUNE_NVRTC_H}")
  else()
    message(STATUS "CUDA's headers were not found: building without the CUDA device")
    set(PARETUNE_WITH_CUDA OFF)
  endif()
endif()
