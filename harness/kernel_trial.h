// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "harness/kernel_case.h"
#include "harness/prepared_kernel.h"
#include "harness/protocol.h"
#include "harness/timing.h"
#include "runtime/device_set.h"

namespace paretune::harness {

/// Builds one kernel setting and runs it once; `unsupported` when its kernel refuses it.
std::variant<PreparedKernel, results::Failure> prepare_kernel(const KernelRequest& request,
                                                              runtime::DeviceSet& devices,
                                                              const Backend::Stage& stage,
                                                              KernelCases& cases);

/// The same for the drivers' caches' sake (CompilePool): no samples.
std::variant<KernelMeasurement, results::Failure> compile_kernel(const KernelRequest& request,
                                                                 runtime::DeviceSet& devices,
                                                                 const Backend::Stage& stage,
                                                                 KernelCases& cases);

/// Builds one kernel setting, compares it with the reference, and only then times it on random
/// data. `cases` outlives the call and is reused. A setting that computes wrongly is a Failure
/// (wrong); so is one its kernel refuses (unsupported).
std::variant<KernelMeasurement, results::Failure> try_kernel(const KernelRequest& request,
                                                             runtime::DeviceSet& devices,
                                                             const TimingPlan& plan,
                                                             const Backend::Stage& stage,
                                                             KernelCases& cases);

}  // namespace paretune::harness
