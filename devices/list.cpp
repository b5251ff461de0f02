// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "devices/cpu/cpu.h"
#include "devices/cuda/cuda.h"
#include "devices/device.h"
#include "devices/errors.h"
#include "devices/opencl/opencl.h"

namespace paretune::devices {
namespace {

std::vector<DeviceKind> make_kinds() {
  std::vector<DeviceKind> kinds = {cpu_kind()};
  for (auto& kind : opencl_kinds()) kinds.push_back(std::move(kind));
  for (auto& kind : cuda_kinds()) kinds.push_back(std::move(kind));
  return kinds;
}

}  // namespace

const std::vector<DeviceKind>& device_kinds() {
  static const std::vector<DeviceKind> kinds = make_kinds();
  return kinds;
}

std::vector<DeviceInfo> discover() {
  std::vector<DeviceInfo> all;
  for (const auto& kind : device_kinds()) {
    for (auto& info : kind.discover()) all.push_back(std::move(info));
  }
  return all;
}

std::unique_ptr<Device> open(const std::string& id) {
  const auto kind_name = id.substr(0, id.find(':'));
  for (const auto& kind : device_kinds()) {
    if (kind.kind == kind_name) return kind.open(id);
  }
  std::string there;
  for (const auto& info : discover()) there += (there.empty() ? "" : ", ") + info.id;
  throw DeviceError(fmt::format("there is no device '{}'; this machine has: {}", id, there));
}

}  // namespace paretune::devices
