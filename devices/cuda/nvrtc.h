// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "devices/cuda/library.h"
#include "devices/cuda/vendor.h"

namespace paretune::devices {

/// What NVRTC made of a source: machine code for one architecture, and its log ("" when silent).
struct Cubin {
  std::vector<unsigned char> code;
  std::string log;
};

/// NVIDIA's run-time compiler (libnvrtc), found at run time. Needs no driver and no device.
class Nvrtc {
 public:
  /// The newest that writes code a driver of that version takes: `driver_version` as
  /// cuDriverGetVersion counts (12040 is 12.4), 0: any. Throws DeviceError that says what was
  /// looked for.
  explicit Nvrtc(int driver_version = 0);

  /// "NVRTC 12.9"
  const std::string& version() const { return version_; }
  /// Compute capabilities it compiles for, ascending: 80 is sm_80.
  const std::vector<int>& architectures() const { return architectures_; }
  /// The best of architectures() whose code runs on compute capability `capability` (same major,
  /// not above: CUDA C++ Programming Guide, "Binary Compatibility"). Throws DeviceError.
  int architecture_for(int capability) const;

  /// Compiles for sm_`architecture`. `options` are the compiler's ("-DTM=4"). Throws CompileError
  /// that ends with the log.
  Cubin compile(const std::string& source, const std::vector<std::string>& options,
                int architecture) const;

 private:
  void find_functions();

  Library library_;
  decltype(&::nvrtcVersion) version_of_ = nullptr;
  decltype(&::nvrtcGetNumSupportedArchs) count_architectures_ = nullptr;
  decltype(&::nvrtcGetSupportedArchs) list_architectures_ = nullptr;
  decltype(&::nvrtcCreateProgram) create_ = nullptr;
  decltype(&::nvrtcDestroyProgram) destroy_ = nullptr;
  decltype(&::nvrtcCompileProgram) compile_ = nullptr;
  decltype(&::nvrtcGetCUBINSize) cubin_size_ = nullptr;
  decltype(&::nvrtcGetCUBIN) cubin_ = nullptr;
  decltype(&::nvrtcGetProgramLogSize) log_size_ = nullptr;
  decltype(&::nvrtcGetProgramLog) log_ = nullptr;
  decltype(&::nvrtcGetErrorString) error_ = nullptr;
  std::string version_;
  std::vector<int> architectures_;
};

}  // namespace paretune::devices
