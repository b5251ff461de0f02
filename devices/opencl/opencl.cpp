// SPDX-License-Identifier: Apache-2.0
#include "devices/opencl/opencl.h"

#include <fmt/core.h>

#include <exception>

#include "devices/errors.h"
#include "devices/opencl/opencl_device.h"

namespace paretune::devices {
namespace {

struct Found {
  DeviceInfo info;
  cl::Device device;
};

void add_features(DeviceInfo& info, const cl::Device& device) {
  const auto type = device.getInfo<CL_DEVICE_TYPE>();
  info.features.emplace_back((type & CL_DEVICE_TYPE_CPU) != 0   ? "type_cpu"
                             : (type & CL_DEVICE_TYPE_GPU) != 0 ? "type_gpu"
                                                                : "type_other");
  const auto extensions = fmt::format(" {} ", device.getInfo<CL_DEVICE_EXTENSIONS>());
  if (extensions.find(" cl_khr_fp16 ") != std::string::npos) info.features.emplace_back("fp16");
  if (extensions.find(" cl_khr_fp64 ") != std::string::npos) info.features.emplace_back("fp64");
}

DeviceInfo describe(const cl::Platform& platform, const cl::Device& device, std::size_t index) {
  DeviceInfo info;
  info.id = fmt::format("opencl:{}", index);
  info.kind = "opencl";
  info.name = device.getInfo<CL_DEVICE_NAME>();
  info.driver = fmt::format("{}; {}", platform.getInfo<CL_PLATFORM_VERSION>(),
                            device.getInfo<CL_DRIVER_VERSION>());
  info.memory_bytes = static_cast<std::int64_t>(device.getInfo<CL_DEVICE_GLOBAL_MEM_SIZE>());
  info.local_memory_bytes = static_cast<std::int64_t>(device.getInfo<CL_DEVICE_LOCAL_MEM_SIZE>());
  info.compute_units = static_cast<int>(device.getInfo<CL_DEVICE_MAX_COMPUTE_UNITS>());
  info.max_work_group = static_cast<int>(device.getInfo<CL_DEVICE_MAX_WORK_GROUP_SIZE>());
  // A GPU that shares memory still needs map and unmap to keep its caches coherent, so only a
  // device that runs on the host's own cores lets the host use the pointer.
  cl_bool unified = CL_FALSE;
  device.getInfo(CL_DEVICE_HOST_UNIFIED_MEMORY, &unified);
  info.host_shared =
      unified == CL_TRUE && (device.getInfo<CL_DEVICE_TYPE>() & CL_DEVICE_TYPE_CPU) != 0;
  add_features(info, device);
  return info;
}

/// Every available device with a compiler, numbered over all platforms. Throws cl::Error when there
/// is no driver at all.
std::vector<Found> find_all() {
  std::vector<Found> found;
  std::vector<cl::Platform> platforms;
  cl::Platform::get(&platforms);
  for (const auto& platform : platforms) {
    try {
      std::vector<cl::Device> devices;
      platform.getDevices(CL_DEVICE_TYPE_ALL, &devices);
      for (const auto& device : devices) {
        if (device.getInfo<CL_DEVICE_AVAILABLE>() == CL_FALSE) continue;
        if (device.getInfo<CL_DEVICE_COMPILER_AVAILABLE>() == CL_FALSE) continue;
        found.push_back({describe(platform, device, found.size()), device});
      }
    } catch (const cl::Error&) {
      // A platform without devices (or a broken one) must not hide the others.
    }
  }
  return found;
}

std::vector<Found> find_all_or_none() {
  try {
    return find_all();
  } catch (const std::exception&) {
    return {};  // no driver installed: nothing found
  }
}

std::vector<DeviceInfo> discover_opencl() {
  std::vector<DeviceInfo> infos;
  for (auto& found : find_all_or_none()) infos.push_back(std::move(found.info));
  return infos;
}

std::unique_ptr<Device> open_opencl(const std::string& id) {
  std::string there;
  for (auto& found : find_all_or_none()) {
    if (found.info.id == id) return std::make_unique<OpenclDevice>(found.info, found.device);
    there += (there.empty() ? "" : ", ") + found.info.id + " (" + found.info.name + ")";
  }
  throw DeviceError(fmt::format("there is no device '{}'; OpenCL drivers on this machine offer: {}",
                                id, there.empty() ? "none" : there));
}

}  // namespace

std::vector<DeviceKind> opencl_kinds() { return {{"opencl", discover_opencl, open_opencl}}; }

}  // namespace paretune::devices
