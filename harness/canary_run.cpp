// SPDX-License-Identifier: Apache-2.0
#include "harness/canary_run.h"

#include <omp.h>

#include "harness/timing.h"

namespace paretune::harness {
namespace {

constexpr int kSamples = 25;

}  // namespace

std::unique_ptr<PreparedKernel> plain_product(const std::string& device,
                                              runtime::DeviceSet& devices) {
  const auto workload =
      model::Workload::parse("gemm add=0 bias=0 k=256 m=64 n=256 relu=0 in=f32 out=f32 wei=f32");
  const auto& info = devices.get(device).info();
  const auto able = kernels::kernels_for(workload, info);
  if (able.empty()) return nullptr;
  return std::make_unique<PreparedKernel>(
      *able.front(), workload, able.front()->default_knobs(workload, info), device, devices);
}

std::variant<KernelMeasurement, results::Failure> CanaryRunner::run(const std::string& device,
                                                                    runtime::DeviceSet& devices,
                                                                    const Backend::Stage& stage) {
  stage("build");
  omp_set_num_threads(1);
  auto& kernel = prepared_[device];
  if (kernel == nullptr) kernel = plain_product(device, devices);
  if (kernel == nullptr) {
    return results::Failure{results::Outcome::unsupported, "build",
                            device + ": no kernel takes a plain f32 matrix product", 0};
  }
  stage("verify");
  const std::string wrong = kernel->verify();
  if (!wrong.empty()) return results::Failure{results::Outcome::wrong, "verify", wrong, 0};
  stage("latency");
  const PairedSamples samples =
      time_interleaved([&] { kernel->run(); }, {}, {kSamples, kSamples, 0, 1});
  KernelMeasurement measurement;
  measurement.wall_ns = samples.wall_a;
  measurement.cpu_ns = samples.cpu_a;
  return measurement;
}

}  // namespace paretune::harness
