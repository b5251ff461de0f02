// SPDX-License-Identifier: Apache-2.0
#include "devices/cuda/cuda.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <exception>

#include "devices/cuda/cublaslt.h"
#include "devices/cuda/cuda_device.h"
#include "devices/cuda/cuda_error.h"
#include "devices/errors.h"

namespace paretune::devices {
namespace {

constexpr std::string_view architecture_prefix = "sm_";

int device_count(const CudaDriver& driver) {
  int count = 0;
  cuda_check(driver.cuDeviceGetCount(&count), "cuDeviceGetCount", "looking for CUDA devices");
  return count;
}

std::vector<DeviceInfo> discover_cuda() {
  std::vector<DeviceInfo> infos;
  const auto* driver = CudaDriver::instance();
  if (driver == nullptr) return infos;
  try {
    for (int i = 0; i < device_count(*driver); ++i) infos.push_back(cuda_info(*driver, i));
  } catch (const std::exception&) {
    // A broken device must not hide the other kinds.
  }
  return infos;
}

std::unique_ptr<Device> open_cuda(const std::string& id) {
  const auto* driver = CudaDriver::instance();
  if (driver == nullptr) {
    throw DeviceError(fmt::format("cannot open '{}': {}", id, CudaDriver::why_not()));
  }
  const auto count = device_count(*driver);
  for (int i = 0; i < count; ++i) {
    if (id != fmt::format("cuda:{}", i)) continue;
    CUdevice device = 0;
    cuda_check(driver->cuDeviceGet(&device, i), "cuDeviceGet", id);
    return std::make_unique<CudaDevice>(cuda_info(*driver, i), *driver, device);
  }
  throw DeviceError(
      fmt::format("there is no device '{}'; the CUDA driver offers {} device(s)", id, count));
}

void add_features(DeviceInfo& info, int capability, const CudaDriver& driver, CUdevice device) {
  const auto number = [&](CUdevice_attribute attribute) {
    int value = 0;
    cuda_check(driver.cuDeviceGetAttribute(&value, attribute, device), "cuDeviceGetAttribute",
               info.id);
    return value;
  };
  constexpr int tensor_f16 = 80,
                dp4a = 61;  // mma.sync m16n8k16, dp4a (PTX ISA, "Target ISA Notes")
  info.features.push_back(fmt::format("{}{}", architecture_prefix, capability));
  if (capability >= tensor_f16) info.features.emplace_back("tensor_f16");
  if (capability >= dp4a) info.features.emplace_back("dp4a");
  if (CublasLt::instance() != nullptr) info.features.emplace_back("cublaslt");
  const auto fact = [&](const char* name, CUdevice_attribute attribute) {
    info.features.push_back(fmt::format("{}_{}", name, number(attribute)));
  };
  fact("clock_khz", CU_DEVICE_ATTRIBUTE_CLOCK_RATE);
  fact("memory_clock_khz", CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
  fact("memory_bus_bits", CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);
  fact("l2_bytes", CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
  info.compute_units = number(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  info.max_work_group = number(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK);
  info.local_memory_bytes = number(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
}

}  // namespace

DeviceInfo cuda_info(const CudaDriver& driver, int index) {
  DeviceInfo info;
  info.id = fmt::format("cuda:{}", index);
  info.kind = "cuda";
  CUdevice device = 0;
  cuda_check(driver.cuDeviceGet(&device, index), "cuDeviceGet", info.id);
  std::array<char, 256> name{};
  cuda_check(driver.cuDeviceGetName(name.data(), static_cast<int>(name.size()), device),
             "cuDeviceGetName", info.id);
  info.name = name.data();
  int version = 0, major = 0, minor = 0;
  cuda_check(driver.cuDriverGetVersion(&version), "cuDriverGetVersion", info.id);
  constexpr int per_major = 1000, per_minor = 10;
  info.driver = fmt::format("CUDA {}.{}", version / per_major, version % per_major / per_minor);
  std::size_t bytes = 0;
  cuda_check(driver.cuDeviceTotalMem(&bytes, device), "cuDeviceTotalMem", info.id);
  info.memory_bytes = static_cast<std::int64_t>(bytes);
  for (auto [value, attribute] : {std::pair{&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR},
                                  {&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR}}) {
    cuda_check(driver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute",
               info.id);
  }
  add_features(info, major * 10 + minor, driver, device);
  return info;
}

int cuda_capability(const DeviceInfo& info) {
  for (const auto& feature : info.features) {
    if (!feature.starts_with(architecture_prefix)) continue;
    int value = 0;
    const auto* end = feature.data() + feature.size();
    if (std::from_chars(feature.data() + architecture_prefix.size(), end, value).ptr == end) {
      return value;
    }
  }
  return 0;
}

std::vector<DeviceKind> cuda_kinds() { return {{"cuda", discover_cuda, open_cuda}}; }

}  // namespace paretune::devices
