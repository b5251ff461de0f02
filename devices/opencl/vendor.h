// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one way to include OpenCL: every file must see the same target version and exceptions.
#define CL_HPP_ENABLE_EXCEPTIONS
#define CL_HPP_TARGET_OPENCL_VERSION 300
#define CL_HPP_MINIMUM_OPENCL_VERSION 200
#include <CL/opencl.hpp>
