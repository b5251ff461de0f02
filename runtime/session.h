// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "model/candidate.h"
#include "model/tensor.h"
#include "runtime/device_set.h"
#include "runtime/model.h"
#include "runtime/plan.h"

namespace paretune::runtime {

/// Memory a session holds, exact, over all devices.
struct MemoryUse {
  std::size_t weights = 0;    ///< packed weights, per-layer constants, constants of host steps
  std::size_t arena = 0;      ///< activations
  std::size_t workspace = 0;  ///< kernels' scratch (shared, the largest per device)
  std::size_t total() const { return weights + arena + workspace; }
};

/// A lowered model with its kernels built, weights packed and memory allocated. Not thread-safe.
/// Borrows the model and the devices, which must outlive it.
class Session {
 public:
  /// Builds everything. Throws model::UnsupportedModel, devices::CompileError,
  /// devices::DeviceError.
  Session(const LoadedModel& model, const model::Candidate& candidate, DeviceSet& devices);
  ~Session();
  Session(Session&&) noexcept;

  /// Copies `inputs` (graph order, shapes exactly the graph's) in, runs, waits for every device,
  /// copies the outputs out. Throws model::InvalidModel naming the input whose type or shape does
  /// not fit.
  std::vector<model::Tensor> run(const std::vector<model::Tensor>& inputs);
  /// run() into existing outputs: no allocation when their shapes already fit.
  void run(const std::vector<model::Tensor>& inputs, std::vector<model::Tensor>& outputs);

  /// Fills every activation buffer with a pattern no right result has, so that unwritten outputs
  /// show.
  void poison();
  /// "" while nothing was written just outside any buffer (devices::Buffer::intact), else one
  /// sentence.
  std::string damage() const;

  MemoryUse memory() const;
  const Plan& plan() const;
  /// Numerics signature (seam D): hash over model, per-layer scheme and numerics class,
  /// quantization parameters of int8 layers.
  const std::string& numerics() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The kernel choice a layer gets when nothing was tuned: first kernel of kernels_for() with its
/// default knobs. Throws model::UnsupportedModel when no kernel of the device takes it.
model::LayerChoice default_choice(const LoadedModel& model, const model::Layer& layer,
                                  const std::string& scheme, const devices::DeviceInfo& device);

/// Workload a layer is tuned as: like workload_of(), but with the output type that of the input and
/// per-channel weights for all int8 schemes, so that variants share one tuning.
model::Workload tuning_workload(const LoadedModel& model, const model::Layer& layer,
                                const std::string& scheme);

}  // namespace paretune::runtime
