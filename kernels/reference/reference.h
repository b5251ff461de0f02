// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "kernels/kernel.h"
#include "model/tensor.h"

namespace paretune::kernels {

/// Name of the kernel that runs any workload through reference_run().
inline constexpr std::string_view kReferenceKernel = "cpu.reference";

/// What `workload` computes, on the host, in double (integer accumulation exact): the truth a
/// kernel is compared with before it is timed. `inputs` as enqueue() takes them (NHWC), result
/// likewise.
struct ReferenceResult {
  model::Tensor output;           ///< element type of tag "out"
  std::vector<double> exact;      ///< before rounding to the output type
  std::vector<double> magnitude;  ///< sum |a||b| per output, for the fp32 bound
};
ReferenceResult reference_run(const model::Workload& workload, const Constants& constants,
                              const std::vector<model::Tensor>& inputs);

/// Random inputs and constants for a workload, by seed: what checks and timings run on.
struct TestCase {
  std::vector<model::Tensor> inputs;
  model::QuantizedWeight weight;
  model::Tensor bias;
  Constants constants;  ///< points into weight and bias: a TestCase must not move after make_case
};
std::unique_ptr<TestCase> make_case(const model::Workload& workload, std::uint64_t seed);

/// Compares by the design's tolerances: f32 direct |error| <= 8*sqrt(K)*2^-24*sum|a||b|; u8 within
/// one step; bf16 by its epsilon. Empty when it holds, else one sentence naming the worst element.
std::string compare(const model::Workload& workload, const ReferenceResult& expected,
                    const model::Tensor& actual);

/// Builds, packs, runs and downloads once on random data (seed) and compares with the reference.
/// Poisons the output (NaN / 0xA5) before the run. Returns "" or the sentence of compare().
std::string verify(const Kernel& kernel, const model::Workload& workload, const model::Knobs& knobs,
                   devices::Device& device, std::uint64_t seed);

}  // namespace paretune::kernels
