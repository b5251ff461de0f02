// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>

#include "devices/cuda/cuda.h"
#include "devices/cuda/driver.h"
#include "devices/cuda/library.h"

namespace paretune::devices {
namespace {

/// The few functions of NVML that are used, after NVIDIA's "NVML API Reference Guide"; 0: success.
struct Nvml {
  using Handle = struct NvmlDevice*;

  Library library{{"libnvidia-ml.so.1"}};
  int (*init)() = library.find<int (*)()>("nvmlInit_v2");
  int (*handle_by_bus)(const char*, Handle*) =
      library.find<int (*)(const char*, Handle*)>("nvmlDeviceGetHandleByPciBusId_v2");
  /// Millijoules since the driver was loaded.
  int (*energy)(Handle, unsigned long long*) =
      library.find<int (*)(Handle, unsigned long long*)>("nvmlDeviceGetTotalEnergyConsumption");
  bool usable = init != nullptr && handle_by_bus != nullptr && energy != nullptr && init() == 0;
};

/// Loading it takes some milliseconds; it stays for as long as the process.
const Nvml& nvml() {
  static const Nvml instance;
  return instance;
}

}  // namespace

std::optional<std::int64_t> cuda_energy_uj(const std::string& device) {
  constexpr std::string_view prefix = "cuda:";
  int ordinal = -1;
  std::from_chars(device.data() + prefix.size(), device.data() + device.size(), ordinal);
  const CudaDriver* driver = CudaDriver::instance();
  if (ordinal < 0 || driver == nullptr || !nvml().usable) return std::nullopt;
  // NVML numbers cards in another order than CUDA; both know the bus.
  std::array<char, 32> bus{};
  CUdevice card = 0;
  Nvml::Handle handle = nullptr;
  unsigned long long millijoules = 0;
  if (driver->cuDeviceGet(&card, ordinal) != CUDA_SUCCESS ||
      driver->cuDeviceGetPCIBusId(bus.data(), static_cast<int>(bus.size()), card) != CUDA_SUCCESS ||
      nvml().handle_by_bus(bus.data(), &handle) != 0 || nvml().energy(handle, &millijoules) != 0) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(millijoules) * 1000;
}

}  // namespace paretune::devices
