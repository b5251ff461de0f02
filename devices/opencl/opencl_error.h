// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "devices/opencl/vendor.h"

namespace paretune::devices {

/// "CL_INVALID_VALUE", or "code -30" for one that is not listed.
std::string opencl_code_name(cl_int code);

/// Throws DeviceOutOfMemory or DeviceError: "`what`: clFoo returned CL_BAR".
[[noreturn]] void throw_opencl_error(std::string_view what, const cl::Error& error);

/// Runs `call` and turns cl::Error into this project's errors. `what` says what was asked.
template <typename Call>
decltype(auto) opencl_checked(std::string_view what, Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const cl::Error& error) {
    throw_opencl_error(what, error);
  }
}

}  // namespace paretune::devices
