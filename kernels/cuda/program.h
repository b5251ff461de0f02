// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "devices/cuda/cuda_device.h"
#include "kernels/cuda/arguments.h"
#include "kernels/definitions.h"
#include "kernels/kernel.h"

namespace paretune::kernels {

/// A device program before it is compiled: everything a compiler needs, and no driver.
struct CudaProgram {
  std::string source;
  std::vector<std::string> options;
  std::string entry;         ///< name of the first kernel to launch
  devices::CudaGrid grid;    ///< of `entry`
  bool reduces = false;      ///< a kernel "reduce" adds `entry`'s parts
  std::int64_t outputs = 0;  ///< elements "reduce" writes
  std::size_t workspace_bytes = 0;
};

/// arguments.h + intrinsics.cu + prelude.cu + the texts; options of the definitions.
CudaProgram cuda_program(const std::vector<const char*>& texts, std::string entry,
                         const Definitions& definitions);
/// Hash text of the same. `revision` counts changes of the host code around it.
std::string cuda_version(const std::vector<const char*>& texts, int revision);

/// `device` as the CUDA device it has to be; throws devices::DeviceError when it is another kind.
devices::CudaDevice& cuda_device(devices::Device& device);
/// Device address of a CUDA buffer (asserted), as kernels take it.
void* cuda_address(const devices::Buffer& buffer);
/// Uploads to new device memory.
std::unique_ptr<devices::Buffer> cuda_uploaded(devices::Device& device,
                                               std::span<const std::byte> bytes);

/// Scales and zero points; addresses are null.
CudaArguments cuda_arguments(const Constants& constants);

/// Threads covering `items`, one each.
devices::CudaGrid cuda_grid(std::int64_t items);
/// Most items cuda_grid() and 32-bit indices can count.
constexpr std::int64_t cuda_most_items = (std::int64_t{1} << 31) - 1024;

}  // namespace paretune::kernels
