// SPDX-License-Identifier: Apache-2.0
#include "harness/kernel_trial.h"

#include <fmt/core.h>
#include <omp.h>

#include <utility>

#include "harness/prepared_kernel.h"
#include "kernels/kernel.h"
#include "model/candidate.h"
#include "model/errors.h"

namespace paretune::harness {

std::variant<PreparedKernel, results::Failure> prepare_kernel(const KernelRequest& request,
                                                              runtime::DeviceSet& devices,
                                                              const Backend::Stage& stage,
                                                              KernelCases& cases) {
  const model::Workload workload = model::Workload::parse(request.workload);
  const auto unsupported = [](const std::string& reason) {
    return results::Failure{results::Outcome::unsupported, "build", reason};
  };
  const kernels::Kernel* kernel = kernels::find_kernel(request.kernel);
  if (kernel == nullptr) return unsupported(fmt::format("there is no kernel '{}'", request.kernel));
  stage("build");
  omp_set_num_threads(request.threads);
  try {
    return std::variant<PreparedKernel, results::Failure>(
        std::in_place_type<PreparedKernel>, *kernel, workload, request.knobs, request.device,
        devices, cases.of(workload));
  } catch (const model::UnsupportedModel& refused) {
    return unsupported(refused.what());
  }
}

std::variant<KernelMeasurement, results::Failure> compile_kernel(const KernelRequest& request,
                                                                 runtime::DeviceSet& devices,
                                                                 const Backend::Stage& stage,
                                                                 KernelCases& cases) {
  auto prepared = prepare_kernel(request, devices, stage, cases);
  if (auto* failure = std::get_if<results::Failure>(&prepared)) return std::move(*failure);
  return KernelMeasurement{{}, {}, std::get<PreparedKernel>(prepared).compile_seconds()};
}

std::variant<KernelMeasurement, results::Failure> try_kernel(const KernelRequest& request,
                                                             runtime::DeviceSet& devices,
                                                             const TimingPlan& plan,
                                                             const Backend::Stage& stage,
                                                             KernelCases& cases) {
  auto built = prepare_kernel(request, devices, stage, cases);
  if (auto* failure = std::get_if<results::Failure>(&built)) return std::move(*failure);
  PreparedKernel& prepared = std::get<PreparedKernel>(built);
  stage("verify");
  const std::string wrong = prepared.verify();
  if (!wrong.empty()) return results::Failure{results::Outcome::wrong, "verify", wrong};
  stage("latency");
  const PairedSamples samples = time_interleaved([&] { prepared.run(); }, {}, plan);
  KernelMeasurement measurement;
  measurement.compile_seconds = prepared.compile_seconds();
  measurement.wall_ns = samples.wall_a;
  measurement.cpu_ns = samples.cpu_a;
  return measurement;
}

}  // namespace paretune::harness
