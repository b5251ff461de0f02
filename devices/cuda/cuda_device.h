// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "devices/binary_cache.h"
#include "devices/cuda/driver.h"
#include "devices/cuda/nvrtc.h"
#include "devices/device.h"

namespace paretune::devices {

class CudaDevice;

/// Device memory; the host cannot see it.
class CudaBuffer : public Buffer {
 public:
  CudaBuffer(CudaDevice& device, CUdeviceptr address, std::size_t bytes)
      : device_(device), address_(address), size_(bytes) {}
  ~CudaBuffer() override;
  CudaBuffer(const CudaBuffer&) = delete;
  CudaBuffer& operator=(const CudaBuffer&) = delete;

  std::size_t size() const override { return size_; }
  CUdeviceptr address() const { return address_; }

 private:
  CudaDevice& device_;
  CUdeviceptr address_;
  std::size_t size_;
};

/// Machine code loaded into one device.
class CudaModule {
 public:
  CudaModule(CudaDevice& device, CUmodule module) : device_(device), module_(module) {}
  ~CudaModule();
  CudaModule(const CudaModule&) = delete;
  CudaModule& operator=(const CudaModule&) = delete;

  /// The kernel of that name, allowed to use `shared_bytes` of dynamic shared memory per block.
  /// Throws DeviceError.
  CUfunction function(const std::string& name, std::size_t shared_bytes = 0) const;

 private:
  CudaDevice& device_;
  CUmodule module_;
};

/// Blocks in a grid and threads in a block: x, y, z.
struct CudaGrid {
  std::array<unsigned, 3> blocks = {1, 1, 1};
  std::array<unsigned, 3> threads = {1, 1, 1};
  unsigned shared_bytes = 0;
};

/// One stream on one GPU (its primary context). Buffers and modules must not outlive it.
class CudaDevice : public Device {
 public:
  /// Throws DeviceError when the context, the stream or the compiler cannot be had.
  CudaDevice(DeviceInfo info, const CudaDriver& driver, CUdevice device);
  ~CudaDevice() override;

  const DeviceInfo& info() const override { return info_; }
  std::unique_ptr<Buffer> allocate(std::size_t bytes) override;
  void upload(Buffer& to, std::span<const std::byte> from) override;
  void download(std::span<std::byte> to, Buffer& from) override;
  void wait() override;
  /// The device's own time: elapsed at an event recorded after all submitted work, so that it
  /// waits for the stream.
  std::chrono::nanoseconds clock() const override;
  void flush_caches() override;

  /// Compiles `source` for this device or takes the machine code from the binary cache. Throws
  /// CompileError with the end of the compiler's log.
  std::unique_ptr<CudaModule> build(const std::string& source,
                                    const std::vector<std::string>& options);
  /// Submits a kernel that takes one struct by value.
  void launch(CUfunction function, const CudaGrid& grid, const void* argument);

  const CudaDriver& driver() const { return driver_; }
  CUstream stream() const { return stream_; }
  /// Makes this device's context the calling thread's: before any call of driver() or cuBLAS.
  void make_current() const;

 private:
  std::unique_ptr<CudaModule> loaded(const std::vector<unsigned char>& code);
  void check(CUresult code, const char* call, const char* what) const;

  DeviceInfo info_;
  const CudaDriver& driver_;
  CUdevice device_;
  Nvrtc compiler_;
  int architecture_;
  BinaryCache cache_;
  CUcontext context_ = nullptr;
  CUstream stream_ = nullptr;
  /// The clock's last reading and the event it was taken at.
  mutable CUevent start_ = nullptr, now_ = nullptr;
  mutable std::chrono::nanoseconds elapsed_{0};
  std::unique_ptr<Buffer> flush_buffer_;
};

/// Facts about GPU `index`, from the driver alone. Throws DeviceError.
DeviceInfo cuda_info(const CudaDriver& driver, int index);
/// 90 for compute capability 9.0, from the feature "sm_90"; 0 when there is none.
int cuda_capability(const DeviceInfo& info);

}  // namespace paretune::devices
