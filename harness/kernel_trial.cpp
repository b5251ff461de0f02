// SPDX-License-Identifier: Apache-2.0
#include "harness/kernel_trial.h"

#include <fmt/core.h>
#include <omp.h>

#include <chrono>
#include <memory>
#include <vector>

#include "kernels/kernel.h"
#include "kernels/reference/reference.h"
#include "model/candidate.h"

namespace paretune::harness {
namespace {

constexpr std::uint64_t kVerifySeed = 7;

results::Failure unsupported(const std::string& reason) {
  return {results::Outcome::unsupported, "build", reason};
}

/// Device an end of the workload lies on: converts name it in their ports, layers stay on `device`.
std::string end_device(const model::Workload& workload, const char* tag,
                       const std::string& device) {
  const std::string port = workload.tag(tag);
  return port.empty() ? device : model::Port::parse(port).device;
}

/// Buffers of one case on their devices, filled.
struct Bound {
  std::vector<std::unique_ptr<devices::Buffer>> inputs;
  std::unique_ptr<devices::Buffer> output, workspace;
  std::unique_ptr<kernels::Packed> packed;
  std::vector<devices::Buffer*> pointers;
};

Bound bind_case(const model::Workload& workload, const kernels::TestCase& data,
                const kernels::ReferenceResult& expected, kernels::Executable& executable,
                const std::string& device, runtime::DeviceSet& devices) {
  Bound bound;
  devices::Device& source = devices.get(end_device(workload, "from", device));
  for (const model::Tensor& input : data.inputs) {
    bound.inputs.push_back(source.allocate(input.bytes().size()));
    source.upload(*bound.inputs.back(), input.bytes());
    bound.pointers.push_back(bound.inputs.back().get());
  }
  bound.output =
      devices.get(end_device(workload, "to", device)).allocate(expected.output.bytes().size());
  bound.packed = executable.pack(data.constants);
  const std::size_t scratch = executable.workspace_bytes();
  if (scratch > 0) bound.workspace = devices.get(device).allocate(scratch);
  return bound;
}

/// kernels::verify() works on one device; a transfer has its ends on two.
std::string verify_here(const model::Workload& workload, const kernels::ReferenceResult& expected,
                        Bound& bound, const std::function<void()>& run, const std::string& device,
                        runtime::DeviceSet& devices) {
  devices::Device& target = devices.get(end_device(workload, "to", device));
  const std::vector<std::byte> poison(bound.output->size(), std::byte{0xA5});
  target.upload(*bound.output, poison);
  run();
  model::Tensor actual(expected.output.type(), expected.output.shape());
  target.download(actual.bytes(), *bound.output);
  return kernels::compare(workload, expected, actual);
}

}  // namespace

std::variant<KernelMeasurement, results::Failure> try_kernel(const KernelRequest& request,
                                                             runtime::DeviceSet& devices,
                                                             const TimingPlan& plan,
                                                             const Backend::Stage& stage) {
  const model::Workload workload = model::Workload::parse(request.workload);
  const kernels::Kernel* kernel = kernels::find_kernel(request.kernel);
  if (kernel == nullptr) return unsupported(fmt::format("there is no kernel '{}'", request.kernel));
  devices::Device& device = devices.get(request.device);
  const auto space = kernel->space(workload, device.info());
  if (!space)
    return unsupported(fmt::format("{} cannot take {}", request.kernel, request.workload));
  const auto point = space->point_of(request.knobs);
  if (!point || !space->valid(*point)) {
    return unsupported(
        fmt::format("{} has no setting '{}'", request.kernel, model::to_text(request.knobs)));
  }
  stage("build");
  omp_set_num_threads(request.threads);
  const auto data = kernels::make_case(workload, kVerifySeed);
  const auto expected = kernels::reference_run(workload, data->constants, data->inputs);
  const auto start = std::chrono::steady_clock::now();
  const auto executable = kernel->build(workload, request.knobs, device);
  KernelMeasurement measurement;
  Bound bound = bind_case(workload, *data, expected, *executable, request.device, devices);
  const std::function<void()> run = [&] {
    executable->enqueue(bound.pointers, *bound.output, *bound.packed, bound.workspace.get());
    device.wait();
  };
  run();  // drivers finish compiling at the first launch
  measurement.compile_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  stage("verify");
  const std::string wrong = verify_here(workload, expected, bound, run, request.device, devices);
  if (!wrong.empty()) return results::Failure{results::Outcome::wrong, "verify", wrong};
  stage("latency");
  const PairedSamples samples = time_interleaved(run, {}, plan);
  measurement.wall_ns = samples.wall_a;
  measurement.cpu_ns = samples.cpu_a;
  return measurement;
}

}  // namespace paretune::harness
