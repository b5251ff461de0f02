// SPDX-License-Identifier: Apache-2.0
// A CUDA driver whose only device is the host: memory is the host's, machine code is a shared
// library that nvrtc.cpp built. What the product calls, and nothing else; every check the real
// driver would make of an argument that the product can get wrong is made here as well.
#include <cuda.h>
#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <string>

#include "tests/kernels/cuda/host/fibres.h"

struct CUfunc_st {
  Fibres::Entry entry = nullptr;
  std::size_t shared_bytes = 48 << 10;  ///< without asking for more
};
struct CUmod_st {
  void* library = nullptr;
  std::map<std::string, CUfunc_st> functions;
};
struct CUevent_st {
  std::chrono::steady_clock::time_point at;
};

namespace {

constexpr std::size_t memory_bytes = std::size_t{1} << 30;
constexpr int shared_bytes_opt_in = 227 << 10;  // as on sm_90

struct Host {
  Fibres fibres;
  std::map<CUdeviceptr, std::size_t> memory;
  std::size_t used = 0;
  bool current = false;
};
Host& host() {
  static Host state;
  return state;
}

/// True when the bytes lie within one allocation.
bool inside(CUdeviceptr address, std::size_t bytes) {
  auto after = host().memory.upper_bound(address);
  if (after == host().memory.begin()) return false;
  const auto& [begin, size] = *std::prev(after);
  return address + bytes <= begin + size;
}

}  // namespace

extern "C" {

CUresult cuInit(unsigned /*flags*/) { return CUDA_SUCCESS; }
CUresult cuDriverGetVersion(int* version) {
  *version = 12090;
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetCount(int* count) {
  *count = 1;
  return CUDA_SUCCESS;
}
CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  *device = ordinal;
  return ordinal == 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}
CUresult cuDeviceGetName(char* name, int length, CUdevice /*device*/) {
  std::strncpy(name, "host in place of a GPU", static_cast<std::size_t>(length));
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice /*device*/) {
  const std::map<CUdevice_attribute, int> values = {
      {CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 9},
      {CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 0},
      {CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 2},
      {CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1024},
      {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, shared_bytes_opt_in},
      {CU_DEVICE_ATTRIBUTE_CLOCK_RATE, 1000000},
      {CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, 1000000},
      {CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, 64},
      {CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, 1 << 20}};
  const auto found = values.find(attribute);
  if (found == values.end()) return CUDA_ERROR_INVALID_VALUE;
  *value = found->second;
  return CUDA_SUCCESS;
}
CUresult cuDeviceTotalMem(std::size_t* bytes, CUdevice /*device*/) {
  *bytes = memory_bytes;
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetPCIBusId(char* bus, int length, CUdevice /*device*/) {
  std::snprintf(bus, static_cast<std::size_t>(length), "0000:00:00.0");
  return CUDA_SUCCESS;
}
CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice /*device*/) {
  *context = reinterpret_cast<CUcontext>(&host());
  return CUDA_SUCCESS;
}
CUresult cuDevicePrimaryCtxRelease(CUdevice /*device*/) { return CUDA_SUCCESS; }
CUresult cuCtxSetCurrent(CUcontext context) {
  host().current = context != nullptr;
  return CUDA_SUCCESS;
}
CUresult cuStreamCreate(CUstream* stream, unsigned /*flags*/) {
  *stream = reinterpret_cast<CUstream>(&host());
  return host().current ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
}
CUresult cuStreamDestroy(CUstream /*stream*/) { return CUDA_SUCCESS; }
CUresult cuStreamSynchronize(CUstream /*stream*/) { return CUDA_SUCCESS; }

CUresult cuMemAlloc(CUdeviceptr* address, std::size_t bytes) {
  if (!host().current) return CUDA_ERROR_INVALID_CONTEXT;
  if (bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  if (bytes > memory_bytes - host().used) return CUDA_ERROR_OUT_OF_MEMORY;
  void* memory = ::operator new (bytes, std::align_val_t{256}, std::nothrow);
  if (memory == nullptr) return CUDA_ERROR_OUT_OF_MEMORY;
  *address = reinterpret_cast<CUdeviceptr>(memory);
  host().memory[*address] = bytes;
  host().used += bytes;
  return CUDA_SUCCESS;
}
CUresult cuMemFree(CUdeviceptr address) {
  const auto found = host().memory.find(address);
  if (found == host().memory.end()) return CUDA_ERROR_INVALID_VALUE;
  host().used -= found->second;
  host().memory.erase(found);
  ::operator delete (reinterpret_cast<void*>(address), std::align_val_t{256});
  return CUDA_SUCCESS;
}
CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void* from, std::size_t bytes,
                           CUstream /*stream*/) {
  if (!inside(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
  std::memcpy(reinterpret_cast<void*>(to), from, bytes);
  return CUDA_SUCCESS;
}
CUresult cuMemcpyDtoHAsync(void* to, CUdeviceptr from, std::size_t bytes, CUstream /*stream*/) {
  if (!inside(from, bytes)) return CUDA_ERROR_INVALID_VALUE;
  std::memcpy(to, reinterpret_cast<const void*>(from), bytes);
  return CUDA_SUCCESS;
}
CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, std::size_t bytes,
                         CUstream /*stream*/) {
  if (!inside(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
  std::memset(reinterpret_cast<void*>(to), value, bytes);
  return CUDA_SUCCESS;
}

CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  // The image begins with its size, which machine code for a GPU says in its own way.
  std::uint64_t size = 0;
  std::memcpy(&size, image, sizeof(size));
  char path[] = "/tmp/paretune-cuda-XXXXXX";
  const int file = ::mkstemp(path);
  if (file < 0) return CUDA_ERROR_OPERATING_SYSTEM;
  const auto* bytes = static_cast<const char*>(image) + sizeof(size);
  const auto written = ::write(file, bytes, size);
  ::close(file);
  void* library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
  ::unlink(path);
  if (written != static_cast<ssize_t>(size) || library == nullptr) return CUDA_ERROR_INVALID_IMAGE;
  *static_cast<HostBlock**>(::dlsym(library, "host_block")) = &host().fibres.block();
  *module = new CUmod_st{library, {}};
  return CUDA_SUCCESS;
}
CUresult cuModuleUnload(CUmodule module) {
  ::dlclose(module->library);
  delete module;
  return CUDA_SUCCESS;
}
CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
  void* entry = ::dlsym(module->library, ("host_run_" + std::string(name)).c_str());
  if (entry == nullptr) return CUDA_ERROR_NOT_FOUND;
  auto& made = module->functions[name];
  made.entry = reinterpret_cast<Fibres::Entry>(entry);
  *function = &made;
  return CUDA_SUCCESS;
}
CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) {
  if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES) return CUDA_ERROR_INVALID_VALUE;
  if (value > shared_bytes_opt_in) return CUDA_ERROR_INVALID_VALUE;
  function->shared_bytes = static_cast<std::size_t>(value);
  return CUDA_SUCCESS;
}
CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                        unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                        CUstream /*stream*/, void** arguments, void** /*extra*/) {
  if (grid_x * grid_y * grid_z == 0 || grid_y > 65535 || grid_z > 65535) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (block_x == 0 || block_x > 1024 || block_y != 1 || block_z != 1) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (shared_bytes > function->shared_bytes) return CUDA_ERROR_INVALID_VALUE;
  for (unsigned z = 0; z < grid_z; ++z) {
    for (unsigned y = 0; y < grid_y; ++y) {
      for (unsigned x = 0; x < grid_x; ++x) {
        if (!host().fibres.run(function->entry, arguments[0], {x, y, z}, block_x, shared_bytes)) {
          return CUDA_ERROR_LAUNCH_FAILED;
        }
      }
    }
  }
  return CUDA_SUCCESS;
}

CUresult cuEventCreate(CUevent* event, unsigned /*flags*/) {
  *event = new CUevent_st{};
  return CUDA_SUCCESS;
}
CUresult cuEventDestroy(CUevent event) {
  delete event;
  return CUDA_SUCCESS;
}
CUresult cuEventRecord(CUevent event, CUstream /*stream*/) {
  event->at = std::chrono::steady_clock::now();
  return CUDA_SUCCESS;
}
CUresult cuEventSynchronize(CUevent /*event*/) { return CUDA_SUCCESS; }
CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  *milliseconds = std::chrono::duration<float, std::milli>(end->at - start->at).count();
  return CUDA_SUCCESS;
}
CUresult cuGetErrorName(CUresult /*code*/, const char** name) {
  *name = "";
  return CUDA_SUCCESS;
}

}  // extern "C"
