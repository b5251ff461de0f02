// SPDX-License-Identifier: Apache-2.0
#include "devices/cuda/nvrtc.h"

#include <fmt/format.h>

#include <algorithm>

#include "devices/errors.h"

namespace paretune::devices {
namespace {

constexpr std::size_t log_tail_characters = 4000;  // the last errors are at the end
constexpr int first_version_13 = 13000;

std::vector<std::string> names_for(int driver_version) {
  // A driver takes machine code of its own major version and of older ones.
  if (driver_version != 0 && driver_version < first_version_13) return {"libnvrtc.so.12"};
  return {"libnvrtc.so.13", "libnvrtc.so.12"};
}

std::string tail_of(const std::string& log) {
  if (log.size() <= log_tail_characters) return log;
  return "..." + log.substr(log.size() - log_tail_characters);
}

}  // namespace

Nvrtc::Nvrtc(int driver_version) : library_(names_for(driver_version)) {
  if (!library_) throw DeviceError(fmt::format("no CUDA compiler ({})", library_.why()));
  find_functions();
  int major = 0, minor = 0, count = 0;
  version_of_(&major, &minor);
  version_ = fmt::format("NVRTC {}.{}", major, minor);
  count_architectures_(&count);
  architectures_.resize(static_cast<std::size_t>(std::max(count, 0)));
  list_architectures_(architectures_.data());
  std::sort(architectures_.begin(), architectures_.end());
}

void Nvrtc::find_functions() {
  const auto find = [this](auto& function, const char* name) {
    function = library_.find<std::remove_reference_t<decltype(function)>>(name);
    if (function == nullptr) {
      throw DeviceError(
          fmt::format("the CUDA compiler is too old: {} has no {}", library_.path(), name));
    }
  };
  find(version_of_, "nvrtcVersion");
  find(count_architectures_, "nvrtcGetNumSupportedArchs");
  find(list_architectures_, "nvrtcGetSupportedArchs");
  find(create_, "nvrtcCreateProgram");
  find(destroy_, "nvrtcDestroyProgram");
  find(compile_, "nvrtcCompileProgram");
  find(cubin_size_, "nvrtcGetCUBINSize");
  find(cubin_, "nvrtcGetCUBIN");
  find(log_size_, "nvrtcGetProgramLogSize");
  find(log_, "nvrtcGetProgramLog");
  find(error_, "nvrtcGetErrorString");
}

int Nvrtc::architecture_for(int capability) const {
  int best = 0;
  for (const int architecture : architectures_) {
    if (architecture / 10 == capability / 10 && architecture <= capability) best = architecture;
  }
  if (best != 0) return best;
  throw DeviceError(fmt::format("{} compiles for no device of compute capability {}.{}", version_,
                                capability / 10, capability % 10));
}

Cubin Nvrtc::compile(const std::string& source, const std::vector<std::string>& options,
                     int architecture) const {
  struct Program {
    nvrtcProgram handle = nullptr;
    const Nvrtc& owner;
    ~Program() { owner.destroy_(&handle); }
  };
  Program program{nullptr, *this};
  const auto check = [this](nvrtcResult code, const char* call) {
    if (code == NVRTC_SUCCESS) return;
    throw CompileError(fmt::format("{} returned {}", call, error_(code)));
  };
  check(create_(&program.handle, source.c_str(), "kernel.cu", 0, nullptr, nullptr),
        "nvrtcCreateProgram");
  const auto target = fmt::format("--gpu-architecture=sm_{}", architecture);
  std::vector<const char*> arguments = {target.c_str()};
  for (const auto& option : options) arguments.push_back(option.c_str());
  const auto code = compile_(program.handle, static_cast<int>(arguments.size()), arguments.data());
  Cubin result;
  std::size_t size = 0;
  check(log_size_(program.handle, &size), "nvrtcGetProgramLogSize");
  result.log.resize(size);
  check(log_(program.handle, result.log.data()), "nvrtcGetProgramLog");
  while (!result.log.empty() && result.log.back() == '\0') result.log.pop_back();
  if (code != NVRTC_SUCCESS) {
    throw CompileError(fmt::format("nvrtcCompileProgram({}) returned {}: {}",
                                   fmt::join(arguments, " "), error_(code), tail_of(result.log)));
  }
  check(cubin_size_(program.handle, &size), "nvrtcGetCUBINSize");
  result.code.resize(size);
  check(cubin_(program.handle, reinterpret_cast<char*>(result.code.data())), "nvrtcGetCUBIN");
  return result;
}

}  // namespace paretune::devices
