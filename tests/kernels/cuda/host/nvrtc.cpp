// SPDX-License-Identifier: Apache-2.0
// An NVRTC that compiles for the host: shim.h, the source, and for every kernel a function
// host_run_<kernel> that takes the address of its one argument.
#include <nvrtc.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>

struct _nvrtcProgram {
  std::string source, log, image;
};

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string for_host(const std::string& source) {
  std::ostringstream text;
  text << "#include \"tests/kernels/cuda/host/shim.h\"\n" << source << "\n";
  // Weak: a kernel behind an #if that does not hold is not there.
  const std::regex kernel(
      R"re(__global__ void (?:__launch_bounds__\(\w+\) )?(\w+)\(const Arguments)re");
  for (std::sregex_iterator at(source.begin(), source.end(), kernel), end; at != end; ++at) {
    const auto name = (*at)[1].str();
    text << "extern \"C\" __attribute__((weak)) void " << name << "(const Arguments);\n"
         << "extern \"C\" void host_run_" << name << "(const void* a) { " << name
         << "(*static_cast<const Arguments*>(a)); }\n";
  }
  return text.str();
}

}  // namespace

extern "C" {

nvrtcResult nvrtcVersion(int* major, int* minor) {
  *major = 12;
  *minor = 99;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetNumSupportedArchs(int* count) {
  *count = 1;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetSupportedArchs(int* architectures) {
  *architectures = 90;
  return NVRTC_SUCCESS;
}
const char* nvrtcGetErrorString(nvrtcResult code) {
  return code == NVRTC_SUCCESS ? "NVRTC_SUCCESS" : "NVRTC_ERROR_COMPILATION";
}
nvrtcResult nvrtcCreateProgram(nvrtcProgram* program, const char* source, const char* /*name*/,
                               int /*headers*/, const char* const* /*texts*/,
                               const char* const* /*names*/) {
  *program = new _nvrtcProgram{source, "", ""};
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcDestroyProgram(nvrtcProgram* program) {
  delete *program;
  *program = nullptr;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int count, const char* const* options) {
  char folder[] = "/tmp/paretune-nvrtc-XXXXXX";
  if (::mkdtemp(folder) == nullptr) return NVRTC_ERROR_INTERNAL_ERROR;
  const fs::path base(folder);
  std::ofstream(base / "kernel.cpp") << for_host(program->source);
  std::string command = PARETUNE_COMPILER
      " -std=c++20 -O1 -w -fPIC -shared -Wl,-Bsymbolic -ffp-contract=off -I" PARETUNE_SOURCE_DIR;
  for (int i = 0; i < count; ++i) {
    if (std::strncmp(options[i], "-D", 2) == 0) command += std::string(" ") + options[i];
  }
  command += " -o " + (base / "kernel.so").string() + " " + (base / "kernel.cpp").string() +
             " 2> " + (base / "log").string();
  const int status = std::system(command.c_str());
  program->log = read(base / "log");
  const auto library = read(base / "kernel.so");
  const std::uint64_t size = library.size();
  program->image.assign(reinterpret_cast<const char*>(&size), sizeof(size));
  program->image += library;
  fs::remove_all(base);
  return status == 0 ? NVRTC_SUCCESS : NVRTC_ERROR_COMPILATION;
}
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, std::size_t* size) {
  *size = program->image.size();
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetCUBIN(nvrtcProgram program, char* image) {
  std::memcpy(image, program->image.data(), program->image.size());
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram program, std::size_t* size) {
  *size = program->log.size() + 1;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetProgramLog(nvrtcProgram program, char* log) {
  std::memcpy(log, program->log.c_str(), program->log.size() + 1);
  return NVRTC_SUCCESS;
}

}  // extern "C"
