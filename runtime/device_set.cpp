// SPDX-License-Identifier: Apache-2.0
#include "runtime/device_set.h"

namespace paretune::runtime {

devices::Device& DeviceSet::get(const std::string& id) {
  auto& device = open_[id];
  if (!device) {
    try {
      device = devices::open(id);
    } catch (...) {
      open_.erase(id);
      throw;
    }
  }
  return *device;
}

}  // namespace paretune::runtime
