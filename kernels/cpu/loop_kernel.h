// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "kernels/kernel.h"

namespace paretune::kernels {

/// What a loop over memory gets: host addresses and the quantization of its values.
struct LoopArguments {
  std::span<devices::Buffer* const> inputs;
  std::byte* output;
  model::QuantParams input_params, residual_params, output_params;
};
using Loop = std::function<void(const LoopArguments&)>;

/// A kernel without weights, workspace or knobs: `make` prepares the loop of a workload and returns
/// an empty function when it cannot take it.
std::unique_ptr<Kernel> loop_kernel(std::string_view name, Loop (*make)(const model::Workload&));

/// The kernels made of such loops: "cpu.max_pool" (f32 or u8), "cpu.global_average_pool" (f32),
/// "cpu.add" and "cpu.relu" (f32 or u8), "cpu.convert" (f32, u8; nchw, nhwc).
std::unique_ptr<Kernel> max_pool_kernel();
std::unique_ptr<Kernel> average_pool_kernel();
std::unique_ptr<Kernel> add_kernel();
std::unique_ptr<Kernel> relu_kernel();
std::unique_ptr<Kernel> convert_kernel();

}  // namespace paretune::kernels
