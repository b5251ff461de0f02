// SPDX-License-Identifier: Apache-2.0
// Runs on the machine's GPU, and once more on the host (tests/kernels/cuda/CMakeLists.txt).
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "devices/device.h"
#include "runtime/session.h"
#include "tests/runtime/fixtures.h"

namespace paretune::runtime {
namespace {

bool has_cuda() {
  const auto infos = devices::discover();
  return std::any_of(infos.begin(), infos.end(),
                     [](const auto& info) { return info.id == "cuda:0"; });
}

void expect_close(const model::Candidate& candidate, DeviceSet& devices, double relative) {
  Session session(resnet8(), candidate, devices);
  const auto inputs = resnet8_inputs(3);
  session.poison();
  const auto outputs = session.run(inputs);
  const Difference d = difference(outputs, reference(resnet8(), candidate, inputs));
  EXPECT_LE(d.worst, 1e-5 + relative * d.scale) << session.plan().text();
}

TEST(CudaSession, EverySchemeEqualsTheReference) {
  if (!has_cuda()) GTEST_SKIP() << "no CUDA driver on this machine";
  constexpr double quantized = 0.05;  // a value may round to the next step, as on the cpu
  DeviceSet devices;
  for (const auto& [scheme, relative] :
       {std::pair{"fp32", 1e-4}, {"fp16", 1e-2}, {"bf16", 5e-2}, {"int8_channel", quantized}}) {
    const auto candidate = uniform(resnet8(), scheme, "cuda:0", devices);
    const auto on_gpu =
        std::count_if(candidate.layers.begin(), candidate.layers.end(),
                      [](const auto& layer) { return layer.second.device == "cuda:0"; });
    EXPECT_GE(on_gpu, 9) << "the convolutions run on the GPU";
    expect_close(candidate, devices, relative);
  }
}

TEST(CudaSession, AMixedPlacementEqualsTheAllCpuCandidate) {
  if (!has_cuda()) GTEST_SKIP() << "no CUDA driver on this machine";
  DeviceSet devices;
  const auto on_cpu = uniform(resnet8(), "fp32", "cpu", devices);
  const auto on_gpu = uniform(resnet8(), "fp32", "cuda:0", devices);
  Session all_cpu(resnet8(), on_cpu, devices);
  std::mt19937 engine(11);
  for (int round = 0; round < 3; ++round) {
    model::Candidate mixed = on_cpu;
    for (auto& [id, choice] : mixed.layers) {
      if (engine() % 2 == 0) choice = on_gpu.layers.at(id);
    }
    Session session(resnet8(), mixed, devices);
    const auto inputs = resnet8_inputs(static_cast<unsigned>(round));
    session.poison();
    const Difference d = difference(session.run(inputs), all_cpu.run(inputs));
    EXPECT_LE(d.worst, 1e-5 + 1e-3 * d.scale) << session.plan().text();
  }
}

}  // namespace
}  // namespace paretune::runtime
