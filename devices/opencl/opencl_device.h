// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "devices/binary_cache.h"
#include "devices/device.h"
#include "devices/opencl/vendor.h"

namespace paretune::devices {

/// One OpenCL memory object. On host-shared devices the memory is the host's (CL_MEM_USE_HOST_PTR
/// on page-aligned memory: zero-copy), and host() may be read and written once Device::wait() has
/// returned.
class OpenclBuffer : public Buffer {
 public:
  /// Throws DeviceOutOfMemory, DeviceError.
  OpenclBuffer(const cl::Context& context, std::size_t bytes, bool host_shared);

  std::size_t size() const override { return size_; }
  std::byte* host() override { return memory_.get(); }
  const cl::Buffer& handle() const { return handle_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::size_t size_;
  std::unique_ptr<std::byte, Free> memory_;  ///< must outlive handle_, so it is declared first
  cl::Buffer handle_;
};

/// One in-order queue with profiling on one OpenCL device.
class OpenclDevice : public Device {
 public:
  /// Throws DeviceError when the context or the queue cannot be made.
  OpenclDevice(DeviceInfo info, cl::Device device);
  ~OpenclDevice() override;

  const DeviceInfo& info() const override { return info_; }
  std::unique_ptr<Buffer> allocate(std::size_t bytes) override;
  void upload(Buffer& to, std::span<const std::byte> from) override;
  void download(std::span<std::byte> to, Buffer& from) override;
  void wait() override;
  std::chrono::nanoseconds clock() const override;
  void flush_caches() override;

  /// Compiles `source` or takes it from the binary cache. Throws CompileError with the end of the
  /// compiler's log.
  cl::Program build(const std::string& source, const std::string& options);
  const cl::CommandQueue& queue() const { return queue_; }
  /// Division and square root can be asked to round correctly.
  bool rounds_division() const { return rounds_division_; }

 private:
  cl::Program compile(const std::string& source, const std::string& options);
  cl::Program from_binary(const std::vector<unsigned char>& binary, const std::string& options);

  DeviceInfo info_;
  cl::Device device_;
  std::string identity_;  ///< platform, driver and device: part of every cache key
  BinaryCache cache_;
  bool rounds_division_ = false;
  std::size_t largest_allocation_ = 0;
  cl::Context context_;
  cl::CommandQueue queue_;
  std::unique_ptr<Buffer> flush_buffer_;
};

}  // namespace paretune::devices
