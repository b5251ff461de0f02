// SPDX-License-Identifier: Apache-2.0
#include "devices/opencl/opencl_error.h"

#include <fmt/core.h>

#include <array>

#include "devices/errors.h"

namespace paretune::devices {
namespace {

struct Code {
  cl_int value;
  const char* name;
};

#define PARETUNE_CODE(name) \
  Code { name, #name }
constexpr std::array codes = {
    PARETUNE_CODE(CL_DEVICE_NOT_FOUND),
    PARETUNE_CODE(CL_DEVICE_NOT_AVAILABLE),
    PARETUNE_CODE(CL_COMPILER_NOT_AVAILABLE),
    PARETUNE_CODE(CL_MEM_OBJECT_ALLOCATION_FAILURE),
    PARETUNE_CODE(CL_OUT_OF_RESOURCES),
    PARETUNE_CODE(CL_OUT_OF_HOST_MEMORY),
    PARETUNE_CODE(CL_PROFILING_INFO_NOT_AVAILABLE),
    PARETUNE_CODE(CL_MEM_COPY_OVERLAP),
    PARETUNE_CODE(CL_BUILD_PROGRAM_FAILURE),
    PARETUNE_CODE(CL_MAP_FAILURE),
    PARETUNE_CODE(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST),
    PARETUNE_CODE(CL_INVALID_VALUE),
    PARETUNE_CODE(CL_INVALID_PLATFORM),
    PARETUNE_CODE(CL_INVALID_DEVICE),
    PARETUNE_CODE(CL_INVALID_CONTEXT),
    PARETUNE_CODE(CL_INVALID_QUEUE_PROPERTIES),
    PARETUNE_CODE(CL_INVALID_COMMAND_QUEUE),
    PARETUNE_CODE(CL_INVALID_HOST_PTR),
    PARETUNE_CODE(CL_INVALID_MEM_OBJECT),
    PARETUNE_CODE(CL_INVALID_BINARY),
    PARETUNE_CODE(CL_INVALID_BUILD_OPTIONS),
    PARETUNE_CODE(CL_INVALID_PROGRAM),
    PARETUNE_CODE(CL_INVALID_PROGRAM_EXECUTABLE),
    PARETUNE_CODE(CL_INVALID_KERNEL_NAME),
    PARETUNE_CODE(CL_INVALID_KERNEL_DEFINITION),
    PARETUNE_CODE(CL_INVALID_KERNEL),
    PARETUNE_CODE(CL_INVALID_ARG_INDEX),
    PARETUNE_CODE(CL_INVALID_ARG_VALUE),
    PARETUNE_CODE(CL_INVALID_ARG_SIZE),
    PARETUNE_CODE(CL_INVALID_KERNEL_ARGS),
    PARETUNE_CODE(CL_INVALID_WORK_DIMENSION),
    PARETUNE_CODE(CL_INVALID_WORK_GROUP_SIZE),
    PARETUNE_CODE(CL_INVALID_WORK_ITEM_SIZE),
    PARETUNE_CODE(CL_INVALID_GLOBAL_OFFSET),
    PARETUNE_CODE(CL_INVALID_EVENT_WAIT_LIST),
    PARETUNE_CODE(CL_INVALID_EVENT),
    PARETUNE_CODE(CL_INVALID_OPERATION),
    PARETUNE_CODE(CL_INVALID_BUFFER_SIZE),
    PARETUNE_CODE(CL_INVALID_GLOBAL_WORK_SIZE),
    PARETUNE_CODE(CL_INVALID_PROPERTY),
    Code{-1001, "CL_PLATFORM_NOT_FOUND_KHR"},
};
#undef PARETUNE_CODE

bool is_out_of_memory(cl_int code) {
  return code == CL_OUT_OF_RESOURCES || code == CL_MEM_OBJECT_ALLOCATION_FAILURE ||
         code == CL_OUT_OF_HOST_MEMORY || code == CL_INVALID_BUFFER_SIZE;
}

}  // namespace

std::string opencl_code_name(cl_int code) {
  for (const auto& known : codes) {
    if (known.value == code) return known.name;
  }
  return fmt::format("code {}", code);
}

void throw_opencl_error(std::string_view what, const cl::Error& error) {
  const auto message =
      fmt::format("{}: {} returned {}", what, error.what(), opencl_code_name(error.err()));
  if (is_out_of_memory(error.err())) throw DeviceOutOfMemory(message);
  throw DeviceError(message);
}

}  // namespace paretune::devices
