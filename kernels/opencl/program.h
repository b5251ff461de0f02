// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "devices/opencl/opencl_device.h"
#include "kernels/kernel.h"

namespace paretune::kernels {

/// Integers a program is specialised by; each becomes -DNAME=value.
using Definitions = std::map<std::string, std::int64_t>;

/// Element types and epilogue of a workload: IN_U8, OUT_U8, ADD, RELU and VEC = 1.
Definitions common_definitions(const model::Workload& workload);

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

/// True for the element types these kernels read and write: f32 and u8.
bool supported_type(model::ElementType type);

}  // namespace paretune::kernels
