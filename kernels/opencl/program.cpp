// SPDX-License-Identifier: Apache-2.0
#include "kernels/opencl/program.h"

#include <fmt/core.h>

#include <cassert>

#include "devices/errors.h"
#include "devices/opencl/opencl_error.h"
#include "kernels/conv_shape.h"
#include "kernels/opencl/sources.h"

namespace paretune::kernels {
cl::Kernel build_kernel(devices::OpenclDevice& device, const char* source, const char* entry,
                        const Definitions& definitions) {
  std::string options = "-cl-std=CL1.2";
  // Requantization divides by the scale; the host's division is exact, so this one has to be too.
  if (device.rounds_division()) options += " -cl-fp32-correctly-rounded-divide-sqrt";
  for (const auto& [name, value] : definitions) options += fmt::format(" -D{}={}", name, value);
  const auto program = device.build(std::string(opencl_sources::prelude) + source, options);
  return devices::opencl_checked(fmt::format("{}: kernel {}", device.info().id, entry),
                                 [&] { return cl::Kernel(program, entry); });
}

std::string source_version(const char* source, int revision) {
  return model::sha256(fmt::format("{}{}{}", opencl_sources::prelude, source, revision));
}

devices::OpenclDevice& opencl_device(devices::Device& device) {
  auto* own = dynamic_cast<devices::OpenclDevice*>(&device);
  if (own == nullptr) {
    throw devices::DeviceError(
        fmt::format("an OpenCL kernel cannot be built for device '{}'", device.info().id));
  }
  return *own;
}

const cl::Buffer& handle(const devices::Buffer& buffer) {
  assert(dynamic_cast<const devices::OpenclBuffer*>(&buffer) != nullptr);
  return static_cast<const devices::OpenclBuffer&>(buffer).handle();
}

Quantization::Quantization(const Constants& constants)
    : input(constants.input), residual(constants.residual), output(constants.output) {}

void Quantization::set(cl::Kernel& kernel, cl_uint first) const {
  for (const auto& params : {input, residual, output}) {
    kernel.setArg(first++, params.scale);
    kernel.setArg(first++, params.zero_point);
  }
}

}  // namespace paretune::kernels
