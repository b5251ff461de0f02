// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/program.h"

#include <fmt/core.h>

#include <cassert>
#include <utility>

#include "devices/errors.h"
#include "kernels/cuda/sources.h"

namespace paretune::kernels {
namespace {

constexpr std::int64_t block_threads = 256;

std::string whole_source(const std::vector<const char*>& texts) {
  std::string source = cuda_sources::arguments;
  source += cuda_sources::intrinsics;
  source += cuda_sources::prelude;
  for (const auto* text : texts) source += text;
  return source;
}

}  // namespace

CudaProgram cuda_program(const std::vector<const char*>& texts, std::string entry,
                         const Definitions& definitions) {
  CudaProgram program;
  program.source = whole_source(texts);
  // Products and sums round one by one, as on the host, except where fmaf() is written.
  program.options = {"--fmad=false"};
  for (const auto& [name, value] : definitions) {
    program.options.push_back(fmt::format("-D{}={}", name, value));
  }
  program.entry = std::move(entry);
  return program;
}

std::string cuda_version(const std::vector<const char*>& texts, int revision) {
  return model::sha256(fmt::format("{}{}", whole_source(texts), revision));
}

devices::CudaDevice& cuda_device(devices::Device& device) {
  auto* own = dynamic_cast<devices::CudaDevice*>(&device);
  if (own == nullptr) {
    throw devices::DeviceError(
        fmt::format("a CUDA kernel cannot be built for device '{}'", device.info().id));
  }
  return *own;
}

void* cuda_address(const devices::Buffer& buffer) {
  assert(dynamic_cast<const devices::CudaBuffer*>(&buffer) != nullptr);
  const auto address = static_cast<const devices::CudaBuffer&>(buffer).address();
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(address));
}

std::unique_ptr<devices::Buffer> cuda_uploaded(devices::Device& device,
                                               std::span<const std::byte> bytes) {
  auto buffer = device.allocate(bytes.size());
  device.upload(*buffer, bytes);
  return buffer;
}

CudaArguments cuda_arguments(const Constants& constants) {
  CudaArguments arguments{};
  arguments.in_scale = constants.input.scale;
  arguments.in_zero = constants.input.zero_point;
  arguments.residual_scale = constants.residual.scale;
  arguments.residual_zero = constants.residual.zero_point;
  arguments.out_scale = constants.output.scale;
  arguments.out_zero = constants.output.zero_point;
  return arguments;
}

devices::CudaGrid cuda_grid(std::int64_t items) {
  devices::CudaGrid grid;
  grid.blocks[0] = static_cast<unsigned>((items + block_threads - 1) / block_threads);
  grid.threads[0] = static_cast<unsigned>(block_threads);
  return grid;
}

}  // namespace paretune::kernels
