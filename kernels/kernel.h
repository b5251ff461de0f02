// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/device.h"
#include "model/candidate.h"
#include "model/quant/scheme.h"
#include "model/workload.h"
#include "search/space.h"

namespace paretune::kernels {

/// Everything constant about one layer: what pack() turns into device memory.
struct Constants {
  const model::QuantizedWeight* weight = nullptr;  ///< null for families without weights
  const model::Tensor* bias = nullptr;             ///< f32 [k], or null
  model::QuantParams input;                        ///< of the data input when it is u8
  model::QuantParams residual;                     ///< of the residual input when it is u8
  model::QuantParams output;                       ///< of the output when it is u8
};

/// Packed weights and whatever else an executable needs per layer, in device memory.
class Packed {
 public:
  virtual ~Packed() = default;
  /// Device memory held, exact.
  virtual std::size_t bytes() const = 0;
};

/// A kernel built for one workload, knob setting and device. Shared by all layers of that workload:
/// it holds no layer's data. Not thread-safe.
class Executable {
 public:
  virtual ~Executable() = default;
  /// Scratch memory enqueue() needs, in bytes.
  virtual std::size_t workspace_bytes() const { return 0; }
  /// Packs constants once; outside any timing.
  virtual std::unique_ptr<Packed> pack(const Constants& constants) = 0;
  /// Submits the work. inputs: data, then the residual when workload.add == 1, laid out as the
  /// workload says (NHWC, element types "in"; the residual has the same type as the data input).
  /// output: type "out". `workspace` may be null when workspace_bytes() == 0. Buffers are at least
  /// as large as the data and belong to the device the executable was built for. No allocation in
  /// the steady state.
  virtual void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
                       const Packed& packed, devices::Buffer* workspace) = 0;
  /// Numerics class (seam D): "direct", "u8s8_exact", "u8s8_saturating", "bf16_acc" ...; tile sizes
  /// are not in it.
  virtual std::string numerics() const = 0;
};

/// One implementation of an operator family on one kind of device. Stateless.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual std::string_view name() const = 0;         ///< "cpu.conv_blocked"
  virtual std::string_view device_kind() const = 0;  ///< "cpu"
  /// Hash text of the kernel's source: part of the cache key. Changes whenever the code's meaning
  /// or speed may have.
  virtual std::string version() const = 0;
  /// "Can you, with which knobs": nullopt when it cannot take the workload on that device. Pure;
  /// needs no driver. A kernel without knobs returns an empty Space (one point, no axes).
  virtual std::optional<search::Space> space(const model::Workload& workload,
                                             const devices::DeviceInfo& device) const = 0;
  /// A good setting without any tuning; always valid in space().
  virtual model::Knobs default_knobs(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const = 0;
  /// Throws devices::CompileError, devices::DeviceError.
  virtual std::unique_ptr<Executable> build(const model::Workload& workload,
                                            const model::Knobs& knobs,
                                            devices::Device& device) const = 0;
};

/// All kernels, in order of preference: reference/list.cpp, cpu/list.cpp, opencl/list.cpp joined.
const std::vector<std::unique_ptr<Kernel>>& kernels();
/// nullptr when there is none of that name.
const Kernel* find_kernel(std::string_view name);
/// The kernels of that device that can take the workload, best guess first (never the reference
/// kernel unless nothing else can).
std::vector<const Kernel*> kernels_for(const model::Workload& workload,
                                       const devices::DeviceInfo& device);

}  // namespace paretune::kernels
