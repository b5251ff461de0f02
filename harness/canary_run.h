// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>

#include "harness/prepared_kernel.h"
#include "harness/protocol.h"

namespace paretune::harness {

/// A plain 64 x 256 x 256 f32 matrix product on a device, with its kernel's default setting;
/// nullptr when no kernel of the device takes it. Throws devices::DeviceError.
std::unique_ptr<PreparedKernel> plain_product(const std::string& device,
                                              runtime::DeviceSet& devices);

/// The worker's side of the canary: one plain product per device, prepared once.
class CanaryRunner {
 public:
  /// Verified against the reference, then timed 25 times. Failure: `wrong`, or `unsupported` where
  /// no kernel takes it. Throws devices::DeviceError.
  std::variant<KernelMeasurement, results::Failure> run(const std::string& device,
                                                        runtime::DeviceSet& devices,
                                                        const Backend::Stage& stage);

 private:
  std::map<std::string, std::unique_ptr<PreparedKernel>> prepared_;
};

}  // namespace paretune::harness
