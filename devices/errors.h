// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace paretune::devices {

/// A device is not there or one of its calls failed (exit code 3).
class DeviceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The device's (or the host's) memory did not suffice.
class DeviceOutOfMemory : public DeviceError {
 public:
  using DeviceError::DeviceError;
};

/// Device code did not compile; the message ends with the compiler's log.
class CompileError : public DeviceError {
 public:
  using DeviceError::DeviceError;
};

}  // namespace paretune::devices
