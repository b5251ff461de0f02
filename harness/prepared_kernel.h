// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernels/kernel.h"
#include "kernels/reference/reference.h"
#include "model/workload.h"
#include "runtime/device_set.h"

namespace paretune::harness {

/// One kernel setting built for a workload, with random data in place: what is verified and timed.
class PreparedKernel {
 public:
  /// Throws model::UnsupportedModel when the kernel cannot take the workload or has no such
  /// setting; devices::CompileError, devices::DeviceError. `devices` must outlive it.
  PreparedKernel(const kernels::Kernel& kernel, const model::Workload& workload,
                 const model::Knobs& knobs, const std::string& device, runtime::DeviceSet& devices);

  /// Enqueues once and waits.
  void run();
  /// Poisons the output, runs once and compares with the reference: "" or one sentence.
  std::string verify();
  /// Seconds to build, bind and run for the first time (drivers finish compiling at the launch).
  double compile_seconds() const { return compile_seconds_; }

 private:
  void bind(const kernels::TestCase& data, const std::string& device, runtime::DeviceSet& devices);

  model::Workload workload_;
  devices::Device& device_;
  devices::Device& target_;  ///< where the output lies: a transfer's other end
  kernels::ReferenceResult expected_;
  std::unique_ptr<kernels::Executable> executable_;
  std::vector<std::unique_ptr<devices::Buffer>> inputs_;
  std::unique_ptr<devices::Buffer> output_, workspace_;
  std::unique_ptr<kernels::Packed> packed_;
  std::vector<devices::Buffer*> pointers_;
  double compile_seconds_ = 0;
};

}  // namespace paretune::harness
