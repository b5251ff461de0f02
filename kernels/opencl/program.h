// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "devices/opencl/opencl_device.h"
#include "kernels/definitions.h"
#include "kernels/kernel.h"

namespace paretune::kernels {

/// prelude.cl + `source` compiled for `device`; the entry named `entry`.
/// Throws devices::CompileError, devices::DeviceError.
cl::Kernel build_kernel(devices::OpenclDevice& device, const char* source, const char* entry,
                        const Definitions& definitions);

/// Hash text of prelude.cl + `source`. `revision` counts changes of the host code around it.
std::string source_version(const char* source, int revision);

/// `device` as the OpenCL device it has to be; throws devices::DeviceError when it is another kind.
devices::OpenclDevice& opencl_device(devices::Device& device);
/// The memory object of a buffer of an OpenCL device (asserted).
const cl::Buffer& handle(const devices::Buffer& buffer);

/// The six arguments of QUANTIZATION in prelude.cl.
struct Quantization {
  explicit Quantization(const Constants& constants);
  /// Sets the arguments from `first` on.
  void set(cl::Kernel& kernel, cl_uint first) const;

  model::QuantParams input, residual, output;
};

}  // namespace paretune::kernels
