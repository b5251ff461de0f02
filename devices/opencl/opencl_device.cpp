// SPDX-License-Identifier: Apache-2.0
#include "devices/opencl/opencl_device.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <new>

#include "devices/errors.h"
#include "devices/opencl/opencl_error.h"

namespace paretune::devices {
namespace {

constexpr std::size_t page_bytes = 4096;           // alignment that drivers ask for to avoid a copy
constexpr std::size_t log_tail_characters = 4000;  // the last errors are at the end

std::size_t rounded_up(std::size_t bytes, std::size_t unit) {
  return (std::max<std::size_t>(bytes, 1) + unit - 1) / unit * unit;
}

OpenclBuffer& own(Buffer& buffer) {
  assert(dynamic_cast<OpenclBuffer*>(&buffer) != nullptr);
  return static_cast<OpenclBuffer&>(buffer);
}

std::string tail_of(const std::string& log) {
  if (log.size() <= log_tail_characters) return log;
  return "..." + log.substr(log.size() - log_tail_characters);
}

}  // namespace

void OpenclBuffer::Free::operator()(std::byte* memory) const {
  ::operator delete (memory, std::align_val_t{page_bytes});
}

OpenclBuffer::OpenclBuffer(const cl::Context& context, std::size_t bytes, bool host_shared)
    : size_(bytes) {
  const auto what = fmt::format("allocating {} bytes", bytes);
  if (bytes > SIZE_MAX - page_bytes) throw DeviceOutOfMemory(what + ": more than can be addressed");
  const auto allocated = rounded_up(bytes, page_bytes);
  if (host_shared) {
    memory_.reset(static_cast<std::byte*>(
        ::operator new (allocated, std::align_val_t{page_bytes}, std::nothrow)));
    if (memory_ == nullptr) throw DeviceOutOfMemory(what + ": no host memory");
  }
  opencl_checked(what, [&] {
    const cl_mem_flags flags = CL_MEM_READ_WRITE | (host_shared ? CL_MEM_USE_HOST_PTR : 0U);
    handle_ = cl::Buffer(context, flags, allocated, memory_.get());
  });
}

OpenclDevice::OpenclDevice(DeviceInfo info, cl::Device device)
    : info_(std::move(info)), device_(std::move(device)), cache_(BinaryCache::from_environment()) {
  opencl_checked(fmt::format("opening {}", info_.id), [&] {
    const cl::Platform platform(device_.getInfo<CL_DEVICE_PLATFORM>());
    identity_ = platform.getInfo<CL_PLATFORM_VERSION>() + "\n" +
                device_.getInfo<CL_DEVICE_VERSION>() + "\n" + device_.getInfo<CL_DRIVER_VERSION>() +
                "\n" + device_.getInfo<CL_DEVICE_NAME>();
    const auto rounding = device_.getInfo<CL_DEVICE_SINGLE_FP_CONFIG>();
    rounds_division_ = (rounding & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
    largest_allocation_ = device_.getInfo<CL_DEVICE_MAX_MEM_ALLOC_SIZE>();
    context_ = cl::Context(device_);
    queue_ = cl::CommandQueue(context_, device_, cl::QueueProperties::Profiling);
  });
}

OpenclDevice::~OpenclDevice() {
  try {
    queue_.finish();  // memory must not go away under a running kernel
  } catch (const cl::Error&) {
    // The queue is already broken; there is nothing left to wait for.
  }
}

std::unique_ptr<Buffer> OpenclDevice::allocate(std::size_t bytes) {
  // Some drivers accept what they cannot hold and fail at the first launch, so ask beforehand.
  if (bytes > largest_allocation_) {
    throw DeviceOutOfMemory(fmt::format("{}: no memory for a buffer of {} bytes; the largest is {}",
                                        info_.id, bytes, largest_allocation_));
  }
  return std::make_unique<OpenclBuffer>(context_, bytes, info_.host_shared);
}

void OpenclDevice::upload(Buffer& to, std::span<const std::byte> from) {
  assert(from.size() <= to.size());
  if (from.empty()) return;
  if (auto* host = to.host()) {
    wait();  // earlier work may still read the old content
    std::memcpy(host, from.data(), from.size());
    return;
  }
  opencl_checked(fmt::format("{}: uploading {} bytes", info_.id, from.size()), [&] {
    queue_.enqueueWriteBuffer(own(to).handle(), CL_TRUE, 0, from.size(), from.data());
  });
}

void OpenclDevice::download(std::span<std::byte> to, Buffer& from) {
  assert(to.size() <= from.size());
  if (to.empty()) return;
  if (const auto* host = from.host()) {
    wait();
    std::memcpy(to.data(), host, to.size());
    return;
  }
  opencl_checked(fmt::format("{}: downloading {} bytes", info_.id, to.size()), [&] {
    queue_.enqueueReadBuffer(own(from).handle(), CL_TRUE, 0, to.size(), to.data());
  });
}

void OpenclDevice::wait() {
  opencl_checked(fmt::format("{}: waiting for the queue", info_.id), [&] { queue_.finish(); });
}

std::chrono::nanoseconds OpenclDevice::clock() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

void OpenclDevice::flush_caches() {
  constexpr std::size_t least_bytes = std::size_t{16} << 20;
  opencl_checked(fmt::format("{}: flushing caches", info_.id), [&] {
    if (!flush_buffer_) {
      const auto cache = device_.getInfo<CL_DEVICE_GLOBAL_MEM_CACHE_SIZE>();
      flush_buffer_ = allocate(std::max<std::size_t>(least_bytes, cache * 3 / 2));
    }
    auto& buffer = own(*flush_buffer_);
    queue_.enqueueFillBuffer(buffer.handle(), cl_uint{1}, 0, buffer.size() / 4 * 4);
    queue_.finish();
  });
}

cl::Program OpenclDevice::compile(const std::string& source, const std::string& options) {
  cl::Program program(context_, source);
  try {
    program.build({device_}, options.c_str());
  } catch (const cl::BuildError& error) {
    std::string log;
    for (const auto& [device, text] : error.getBuildLog()) log += text;
    throw CompileError(fmt::format("{}: clBuildProgram({}) returned {}: {}", info_.id, options,
                                   opencl_code_name(error.err()), tail_of(log)));
  }
  return program;
}

cl::Program OpenclDevice::from_binary(const std::vector<unsigned char>& binary,
                                      const std::string& options) {
  cl::Program program(context_, {device_}, {binary});
  program.build({device_}, options.c_str());
  return program;
}

cl::Program OpenclDevice::build(const std::string& source, const std::string& options) {
  const auto key = BinaryCache::key({source, options, identity_});
  if (const auto binary = cache_.load(key)) {
    try {
      return from_binary(*binary, options);
    } catch (const cl::Error&) {
      // The driver refuses it (changed below its version text): compile as if it were not there.
    }
  }
  return opencl_checked(fmt::format("{}: compiling", info_.id), [&] {
    auto program = compile(source, options);
    const auto binaries = program.getInfo<CL_PROGRAM_BINARIES>();
    if (!binaries.empty()) cache_.store(key, binaries.front());
    return program;
  });
}

}  // namespace paretune::devices
