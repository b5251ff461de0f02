// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "devices/device.h"
#include "model/candidate.h"
#include "model/quant/scheme.h"
#include "results/records.h"
#include "search/space.h"

namespace paretune::harness {

/// Version of the worker protocol (seam E): JSON lines on an inherited descriptor. Peers refuse
/// another version.
inline constexpr int kProtocolVersion = 2;

/// A worker that runs out of memory where nothing can catch it (a thread of a library) ends with
/// this exit code, which no library uses.
inline constexpr int kOutOfMemoryExit = 86;

/// A layer as the supervisor knows it: data only.
struct LayerInfo {
  std::string id, family;
  bool quantizable = false;
  double flops = 0;
  std::int64_t weight_bytes = 0;
  std::map<std::string, std::string> workloads;  ///< tuning workload key by scheme
};

/// One kernel-level tuning task: a workload on a device with one kernel.
struct KernelTask {
  std::string workload, device, kernel, version;
  std::vector<std::string> schemes;  ///< schemes whose layers have this workload
  search::Space space;
  model::Knobs default_knobs;
};

/// Answer to describe: everything the supervisor needs to know of model and devices.
struct Description {
  std::string model_hash, model_name;
  std::vector<LayerInfo> layers;
  std::vector<devices::DeviceInfo> devices;
  std::vector<KernelTask> tasks;
  /// Layer choice without tuning, by "<scheme>|<device>|<layer id>"; absent when that device has no
  /// kernel for the layer under that scheme.
  std::map<std::string, model::LayerChoice> defaults;
  /// Why a scheme or device of the study cannot be used here ("bf16": "this CPU has no
  /// AVX512_BF16").
  std::map<std::string, std::string> unavailable;
  results::MachineRecord machine;
};

struct KernelRequest {
  std::string workload, device, kernel;
  model::Knobs knobs;
  int threads = 1;
};
/// Answer to a kernel request that measured: verified first, then timed.
struct KernelMeasurement {
  std::vector<std::int64_t> wall_ns, cpu_ns;
  double compile_seconds = 0;
};

struct EvaluateRequest {
  model::Candidate candidate;
  model::Candidate incumbent;  ///< timed interleaved with the candidate
  bool accuracy = true;  ///< score on `split` (skipped when `known_accuracy` has the signature)
  std::string split = "select";
  int pairs = 0;           ///< 0: as the study's measure section says; else exactly so many
  bool verify = true;      ///< false: another process verified this very plan a moment ago
  std::uint64_t seed = 1;  ///< of the pair order
  std::map<std::string, results::Metric> known_accuracy;  ///< accuracy metric by numerics signature
};

/// The work a worker can do. The real one (harness/backend.h) loads models and devices; tests have
/// their own. Methods report stages through `stage` ("build", "verify", "latency", "accuracy")
/// before entering them; each stage has its own deadline. They return a Failure for what a
/// candidate did wrong and throw only for what no candidate can cause.
class Backend {
 public:
  using Stage = std::function<void(const std::string&)>;
  virtual ~Backend() = default;
  virtual Description describe() = 0;
  /// Min-max ranges on the calibrate split as quantization parameters by value.
  virtual model::QuantParameters calibrate(const Stage& stage) = 0;
  virtual void set_parameters(const model::QuantParameters& parameters) = 0;
  virtual std::variant<KernelMeasurement, results::Failure> kernel(const KernelRequest& request,
                                                                   const Stage& stage) = 0;
  virtual std::variant<results::Measurement, results::Failure> evaluate(
      const EvaluateRequest& request, const Stage& stage) = 0;
  /// A workload of known output and time on a device (harness/canary_run.h).
  virtual std::variant<KernelMeasurement, results::Failure> canary(const std::string& device,
                                                                   const Stage& stage);
  /// Builds a setting and runs it once, so that the drivers' caches hold it; no samples.
  virtual std::variant<KernelMeasurement, results::Failure> compile(const KernelRequest& request,
                                                                    const Stage& stage);
};

/// Runs a worker: answers requests on descriptor `fd` until `bye` or end of file. Catches
/// exceptions of the backend in this one place and sends them as failures (DeviceOutOfMemory:
/// device_oom, bad_alloc: host_oom, CompileError: compile_fail, UnsupportedModel: unsupported, any
/// other DeviceError of a device that is not the processor: poisoned).
/// Returns the process's exit code.
int serve(int fd, Backend& backend);

struct Study;
/// Makes the backend of the study a worker is told to work on.
using BackendFactory = std::function<std::unique_ptr<Backend>(const Study&)>;
/// The same for a worker that learns its study from the first request: the backend is made then.
int serve(int fd, const BackendFactory& make);

}  // namespace paretune::harness
