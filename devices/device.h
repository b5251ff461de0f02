// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paretune::devices {

/// Facts about a device, as data: enough for Kernel::space() without any driver.
struct DeviceInfo {
  std::string id;      ///< "cpu", "opencl:0"
  std::string kind;    ///< "cpu", "opencl"
  std::string name;    ///< "Intel(R) Xeon(R) ...", "pthread-skylake-avx512"
  std::string driver;  ///< "pocl 3.1", "oneDNN 3.2.0"
  std::int64_t memory_bytes = 0;
  std::int64_t local_memory_bytes = 0;  ///< OpenCL local memory; 0 on cpu
  int compute_units = 1;
  int max_work_group = 1;
  bool host_shared = false;  ///< device memory is host memory (PoCL, cpu)
  std::vector<std::string>
      features;  ///< "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "fp16" ...

  bool has(const std::string& feature) const;
  /// Hash text of everything a cached measurement depends on: kind, name, driver, features, units.
  std::string fingerprint() const;
};

/// Memory of one device. Host-visible buffers expose a pointer.
class Buffer {
 public:
  virtual ~Buffer() = default;
  virtual std::size_t size() const = 0;
  /// Host address (64-byte aligned) when the memory is directly usable by the host, else nullptr.
  virtual std::byte* host() { return nullptr; }
  /// False once somebody wrote just before or behind the memory. A device that cannot tell says
  /// true.
  virtual bool intact() const { return true; }
};

/// Memory, a queue and a clock. In order: work submitted later sees the results of earlier work.
/// Throws DeviceError with the call, what was asked and the code that came back.
class Device {
 public:
  virtual ~Device() = default;
  virtual const DeviceInfo& info() const = 0;
  /// Uninitialised memory; size 0 is allowed. Throws DeviceOutOfMemory.
  virtual std::unique_ptr<Buffer> allocate(std::size_t bytes) = 0;
  /// Blocking copies; the range must lie inside the buffer (asserted).
  virtual void upload(Buffer& to, std::span<const std::byte> from) = 0;
  virtual void download(std::span<std::byte> to, Buffer& from) = 0;
  /// Waits until everything submitted is done.
  virtual void wait() = 0;
  /// Monotonic time.
  virtual std::chrono::nanoseconds clock() const = 0;
  /// Evicts data caches so that the next run is cold.
  virtual void flush_caches() = 0;
};

/// One row of list.cpp: a kind of device. The one place to add a kind.
struct DeviceKind {
  std::string kind;                       ///< "cpu"
  std::vector<DeviceInfo> (*discover)();  ///< never throws: no driver means none
  std::unique_ptr<Device> (*open)(
      const std::string& id);  ///< throws DeviceError when it is not there
};
const std::vector<DeviceKind>& device_kinds();

/// Every device of this machine, cpu first.
std::vector<DeviceInfo> discover();
/// Opens "cpu", "opencl:0" ...; throws DeviceError naming the devices there are.
std::unique_ptr<Device> open(const std::string& id);

}  // namespace paretune::devices
