// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "devices/device.h"

namespace paretune::runtime {

/// Open devices by id, opened on first use and shared by all sessions of one process.
class DeviceSet {
 public:
  /// Throws devices::DeviceError when it is not there.
  devices::Device& get(const std::string& id);
  /// Those opened so far, by id.
  const std::map<std::string, std::unique_ptr<devices::Device>>& opened() const { return open_; }

 private:
  std::map<std::string, std::unique_ptr<devices::Device>> open_;
};

}  // namespace paretune::runtime
