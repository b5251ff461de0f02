// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/device.h"
#include "kernels/kernel.h"
#include "tests/kernels/cases.h"

namespace paretune::kernels {
namespace {

devices::DeviceInfo cpu_with(std::vector<std::string> features, int cores = 4) {
  devices::DeviceInfo info;
  info.id = info.kind = "cpu";
  info.name = "a processor that is not here";
  info.compute_units = cores;
  info.features = std::move(features);
  return info;
}

const auto avx512 = cpu_with({"avx2", "fma", "avx512f", "avx512_vnni"});
const auto avx2 = cpu_with({"avx2", "fma"});
const auto block = cases::square(16, 14, 32, 3, 1, 1);

std::vector<std::string> names(const model::Workload& workload, const devices::DeviceInfo& device) {
  std::vector<std::string> list;
  for (const auto* kernel : kernels_for(workload, device)) list.emplace_back(kernel->name());
  return list;
}

TEST(KernelSpaces, NeedNoDriver) {
  const auto* kernel = find_kernel("cpu.conv_blocked");
  ASSERT_NE(kernel, nullptr);
  const auto wide = kernel->space(cases::conv(block), avx512);
  const auto narrow = kernel->space(cases::conv(block), avx2);
  ASSERT_TRUE(wide && narrow);
  EXPECT_NE(*wide, *narrow) << "half the registers allow fewer tiles";
  EXPECT_FALSE(kernel->space(cases::conv(block), cpu_with({})));
}

TEST(KernelSpaces, EveryConstraintSaysWhyAndTheDefaultHolds) {
  for (const auto& device : {avx512, avx2, cpu_with({"avx2", "fma"}, 1)}) {
    for (const auto& types : {cases::f32, cases::int8_to_u8}) {
      for (const auto& workload : cases::convs(types)) {
        for (const auto* kernel : kernels_for(workload, device)) {
          const auto space = kernel->space(workload, device).value();
          for (const auto& rule : space.constraints()) EXPECT_FALSE(rule.why.empty());
          const auto point = space.point_of(kernel->default_knobs(workload, device));
          ASSERT_TRUE(point) << kernel->name() << " " << workload.key();
          EXPECT_EQ(space.violated(*point), nullptr) << kernel->name() << " " << workload.key();
        }
      }
    }
  }
}

TEST(KernelSpaces, KernelsAreOfferedWhereTheyFit) {
  EXPECT_THAT(names(cases::conv(block), avx512),
              testing::ElementsAre("cpu.conv_blocked", "cpu.conv_onednn"));
  auto grouped = block;
  grouped.group = 2;
  EXPECT_THAT(names(cases::conv(grouped), avx512), testing::ElementsAre("cpu.conv_onednn"));
  EXPECT_THAT(names(cases::conv(block, cases::bf16), avx512),
              testing::ElementsAre("cpu.reference"));
  const auto bf16 = cpu_with({"avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16"});
  EXPECT_THAT(names(cases::conv(block, cases::bf16), bf16),
              testing::ElementsAre("cpu.conv_onednn"));
  EXPECT_THAT(names(cases::relu(5, "f32"), avx2), testing::ElementsAre("cpu.relu"));
}

}  // namespace
}  // namespace paretune::kernels
