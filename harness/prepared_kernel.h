// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/kernel_case.h"
#include "kernels/kernel.h"
#include "model/workload.h"
#include "runtime/device_set.h"

namespace paretune::harness {

/// One kernel setting built for a workload, with random data in place: what is verified and timed.
class PreparedKernel {
 public:
  /// Throws model::UnsupportedModel when the kernel cannot take the workload or has no such
  /// setting; devices::CompileError, devices::DeviceError. `devices` must outlive it. `on`: the
  /// workload's case when it was made before.
  PreparedKernel(const kernels::Kernel& kernel, const model::Workload& workload,
                 const model::Knobs& knobs, const std::string& device, runtime::DeviceSet& devices,
                 std::shared_ptr<const KernelCase> on = nullptr);

  /// Enqueues once and waits.
  void run();
  /// On each input of the case: poisons output and workspace, runs once, compares with the
  /// reference and looks whether anything was written outside the buffers. "" or one sentence.
  std::string verify();
  /// Seconds to build, bind and run for the first time (drivers finish compiling at the launch).
  double compile_seconds() const { return compile_seconds_; }

 private:
  void bind();
  void upload(const std::vector<model::Tensor>& inputs);
  std::string verify_on(std::size_t input);

  model::Workload workload_;
  devices::Device& device_;
  devices::Device& source_;  ///< where the inputs lie: a transfer's one end
  devices::Device& target_;  ///< where the output lies: its other end
  std::shared_ptr<const KernelCase> case_;
  std::unique_ptr<kernels::Executable> executable_;
  std::vector<std::unique_ptr<devices::Buffer>> inputs_;
  std::unique_ptr<devices::Buffer> output_, workspace_;
  std::unique_ptr<kernels::Packed> packed_;
  std::vector<devices::Buffer*> pointers_;
  double compile_seconds_ = 0;
};

}  // namespace paretune::harness
