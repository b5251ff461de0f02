// SPDX-License-Identifier: Apache-2.0
#include "devices/cuda/cuda_device.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <string_view>
#include <utility>

#include "devices/cuda/cuda_error.h"
#include "devices/errors.h"

namespace paretune::devices {
namespace {

CudaBuffer& own(Buffer& buffer) {
  assert(dynamic_cast<CudaBuffer*>(&buffer) != nullptr);
  return static_cast<CudaBuffer&>(buffer);
}

int version_of(const CudaDriver& driver) {
  int version = 0;
  cuda_check(driver.cuDriverGetVersion(&version), "cuDriverGetVersion", "reading its version");
  return version;
}

}  // namespace

CudaBuffer::~CudaBuffer() {
  device_.make_current();
  device_.driver().cuMemFree(address_);
}

CudaModule::~CudaModule() {
  device_.make_current();
  device_.driver().cuModuleUnload(module_);
}

CUfunction CudaModule::function(const std::string& name, std::size_t shared_bytes) const {
  constexpr std::size_t always_allowed = 48 << 10;
  const auto what = fmt::format("{}: kernel {}", device_.info().id, name);
  const auto& driver = device_.driver();
  device_.make_current();
  CUfunction function = nullptr;
  cuda_check(driver.cuModuleGetFunction(&function, module_, name.c_str()), "cuModuleGetFunction",
             what);
  if (shared_bytes > always_allowed) {
    cuda_check(driver.cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                         static_cast<int>(shared_bytes)),
               "cuFuncSetAttribute",
               fmt::format("{}, {} bytes of shared memory", what, shared_bytes));
  }
  return function;
}

CudaDevice::CudaDevice(DeviceInfo info, const CudaDriver& driver, CUdevice device)
    : info_(std::move(info)),
      driver_(driver),
      device_(device),
      compiler_(version_of(driver)),
      architecture_(compiler_.architecture_for(cuda_capability(info_))),
      cache_(BinaryCache::from_environment()) {
  check(driver_.cuDevicePrimaryCtxRetain(&context_, device_), "cuDevicePrimaryCtxRetain",
        "opening it");
  make_current();
  check(driver_.cuStreamCreate(&stream_, CU_STREAM_NON_BLOCKING), "cuStreamCreate", "opening it");
  for (auto* event : {&start_, &now_}) {
    check(driver_.cuEventCreate(event, CU_EVENT_DEFAULT), "cuEventCreate", "opening it");
  }
  check(driver_.cuEventRecord(start_, stream_), "cuEventRecord", "starting the clock");
}

CudaDevice::~CudaDevice() {
  make_current();
  driver_.cuStreamSynchronize(stream_);  // memory must not go away under a running kernel
  flush_buffer_.reset();
  driver_.cuEventDestroy(start_);
  driver_.cuEventDestroy(now_);
  driver_.cuStreamDestroy(stream_);
  driver_.cuDevicePrimaryCtxRelease(device_);
}

void CudaDevice::check(CUresult code, const char* call, const char* what) const {
  if (code != CUDA_SUCCESS) cuda_check(code, call, fmt::format("{}: {}", info_.id, what));
}

void CudaDevice::make_current() const { driver_.cuCtxSetCurrent(context_); }

std::unique_ptr<Buffer> CudaDevice::allocate(std::size_t bytes) {
  make_current();
  CUdeviceptr address = 0;
  const auto code = driver_.cuMemAlloc(&address, std::max<std::size_t>(bytes, 1));
  if (code != CUDA_SUCCESS) {
    cuda_check(code, "cuMemAlloc", fmt::format("{}: allocating {} bytes", info_.id, bytes));
  }
  return std::make_unique<CudaBuffer>(*this, address, bytes);
}

void CudaDevice::upload(Buffer& to, std::span<const std::byte> from) {
  assert(from.size() <= to.size());
  if (from.empty()) return;
  make_current();
  check(driver_.cuMemcpyHtoDAsync(own(to).address(), from.data(), from.size(), stream_),
        "cuMemcpyHtoDAsync", "uploading");
  wait();
}

void CudaDevice::download(std::span<std::byte> to, Buffer& from) {
  assert(to.size() <= from.size());
  if (to.empty()) return;
  make_current();
  check(driver_.cuMemcpyDtoHAsync(to.data(), own(from).address(), to.size(), stream_),
        "cuMemcpyDtoHAsync", "downloading");
  wait();
}

void CudaDevice::wait() {
  make_current();
  check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize", "waiting for the stream");
}

std::chrono::nanoseconds CudaDevice::clock() const {
  // Counted from reading to reading: the driver's answer is a float, which would lose microseconds
  // after some minutes.
  make_current();
  check(driver_.cuEventRecord(now_, stream_), "cuEventRecord", "reading the clock");
  check(driver_.cuEventSynchronize(now_), "cuEventSynchronize", "reading the clock");
  float milliseconds = 0;
  check(driver_.cuEventElapsedTime(&milliseconds, start_, now_), "cuEventElapsedTime",
        "reading the clock");
  std::swap(start_, now_);
  constexpr double nanoseconds_per_millisecond = 1e6;
  elapsed_ += std::chrono::nanoseconds(
      static_cast<std::int64_t>(static_cast<double>(milliseconds) * nanoseconds_per_millisecond));
  return elapsed_;
}

void CudaDevice::flush_caches() {
  constexpr std::size_t bytes = std::size_t{256} << 20;  // beyond every L2 there is
  if (!flush_buffer_) flush_buffer_ = allocate(bytes);
  make_current();
  check(driver_.cuMemsetD8Async(own(*flush_buffer_).address(), 1, bytes, stream_),
        "cuMemsetD8Async", "flushing caches");
  wait();
}

std::unique_ptr<CudaModule> CudaDevice::loaded(const std::vector<unsigned char>& code) {
  make_current();
  CUmodule module = nullptr;
  check(driver_.cuModuleLoadData(&module, code.data()), "cuModuleLoadData", "loading a kernel");
  return std::make_unique<CudaModule>(*this, module);
}

std::unique_ptr<CudaModule> CudaDevice::build(const std::string& source,
                                              const std::vector<std::string>& options) {
  std::string identity = fmt::format("{}\nsm_{}", compiler_.version(), architecture_);
  for (const auto& option : options) identity += "\n" + option;
  const auto key = BinaryCache::key({source, identity});
  if (const auto code = cache_.load(key)) {
    try {
      return loaded(*code);
    } catch (const DeviceError&) {
      // The driver refuses it: compile as if it were not there.
    }
  }
  const auto cubin = compiler_.compile(source, options, architecture_);
  cache_.store(key, cubin.code);
  return loaded(cubin.code);
}

void CudaDevice::launch(CUfunction function, const CudaGrid& grid, const void* argument) {
  make_current();
  void* arguments[] = {const_cast<void*>(argument)};  // the driver copies it
  check(driver_.cuLaunchKernel(function, grid.blocks[0], grid.blocks[1], grid.blocks[2],
                               grid.threads[0], grid.threads[1], grid.threads[2], grid.shared_bytes,
                               stream_, arguments, nullptr),
        "cuLaunchKernel", "launching a kernel");
}

}  // namespace paretune::devices
