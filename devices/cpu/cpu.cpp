// SPDX-License-Identifier: Apache-2.0
#include "devices/cpu/cpu.h"

#include <fmt/core.h>
#include <hwloc.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>

#include "devices/cpu/features.h"
#include "devices/cpu/guarded_buffer.h"
#include "devices/errors.h"

namespace paretune::devices {
namespace {

constexpr std::size_t cache_line = 64;

/// Owns an hwloc topology, restricted to what this process may use.
class Topology {
 public:
  Topology() {
    if (hwloc_topology_init(&topology_) != 0) return;
    loaded_ = hwloc_topology_load(topology_) == 0;
  }
  ~Topology() {
    if (topology_ != nullptr) hwloc_topology_destroy(topology_);
  }
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;

  int cores() const {
    if (!loaded_) return 1;
    return std::max(1, hwloc_get_nbobjs_by_type(topology_, HWLOC_OBJ_CORE));
  }
  std::int64_t memory_bytes() const {
    if (!loaded_) return 0;
    return static_cast<std::int64_t>(hwloc_get_root_obj(topology_)->total_memory);
  }
  std::string cpu_model() const {
    if (!loaded_) return "unknown processor";
    auto* package = hwloc_get_obj_by_type(topology_, HWLOC_OBJ_PACKAGE, 0);
    const char* model =
        package == nullptr ? nullptr : hwloc_obj_get_info_by_name(package, "CPUModel");
    return model == nullptr ? "unknown processor" : model;
  }
  /// All last-level caches together.
  std::size_t cache_bytes() const {
    if (!loaded_) return 0;
    std::size_t bytes = 0;
    for (const auto type : {HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE}) {
      const int count = hwloc_get_nbobjs_by_type(topology_, type);
      for (int i = 0; i < count; ++i) {
        bytes += hwloc_get_obj_by_type(topology_, type, static_cast<unsigned>(i))->attr->cache.size;
      }
    }
    return bytes;
  }

 private:
  hwloc_topology_t topology_ = nullptr;
  bool loaded_ = false;
};

std::string compiler_text() {
#if defined(__clang__)
  return fmt::format("clang++ {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

DeviceInfo make_info(const Topology& topology) {
  const char* max_isa = std::getenv("ONEDNN_MAX_CPU_ISA");
  DeviceInfo info;
  info.id = "cpu";
  info.kind = "cpu";
  info.name = topology.cpu_model();
  info.driver = compiler_text();
  info.memory_bytes = topology.memory_bytes();
  info.compute_units = topology.cores();
  info.host_shared = true;
  info.features = cpu_features(max_isa == nullptr ? "" : max_isa);
  return info;
}

class CpuDevice : public Device {
 public:
  CpuDevice() {
    const Topology topology;
    info_ = make_info(topology);
    flush_bytes_ = std::max<std::size_t>(topology.cache_bytes() * 3 / 2, std::size_t{16} << 20);
  }

  const DeviceInfo& info() const override { return info_; }
  std::unique_ptr<Buffer> allocate(std::size_t bytes) override {
    return std::make_unique<GuardedBuffer>(bytes);
  }
  void upload(Buffer& to, std::span<const std::byte> from) override {
    assert(from.size() <= to.size());
    if (!from.empty()) std::memcpy(to.host(), from.data(), from.size());
  }
  void download(std::span<std::byte> to, Buffer& from) override {
    assert(to.size() <= from.size());
    if (!to.empty()) std::memcpy(to.data(), from.host(), to.size());
  }
  void wait() override {}
  std::chrono::nanoseconds clock() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
  void flush_caches() override {
    if (!flush_buffer_) {
      flush_buffer_ = allocate(flush_bytes_);
      std::memset(flush_buffer_->host(), 1, flush_bytes_);
    }
    // Writing (not only reading) each line also pushes out lines other cores hold.
    auto* bytes = reinterpret_cast<volatile unsigned char*>(flush_buffer_->host());
    for (std::size_t i = 0; i < flush_bytes_; i += cache_line) {
      bytes[i] = static_cast<unsigned char>(bytes[i] + 1);
    }
  }

 private:
  DeviceInfo info_;
  std::size_t flush_bytes_ = 0;
  std::unique_ptr<Buffer> flush_buffer_;
};

std::vector<DeviceInfo> discover_cpu() { return {make_info(Topology())}; }

std::unique_ptr<Device> open_cpu(const std::string& id) {
  if (id != "cpu") throw DeviceError(fmt::format("there is no device '{}'; there is 'cpu'", id));
  return std::make_unique<CpuDevice>();
}

}  // namespace

DeviceKind cpu_kind() { return {"cpu", discover_cpu, open_cpu}; }

}  // namespace paretune::devices
