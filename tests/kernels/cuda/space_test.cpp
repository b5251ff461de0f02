// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "kernels/cuda/list.h"
#include "kernels/kernel.h"
#include "tests/kernels/cases.h"

namespace paretune::kernels {
namespace {

/// A GPU that needs no driver.
devices::DeviceInfo gpu(std::int64_t shared_bytes, int most_threads) {
  devices::DeviceInfo info;
  info.id = "cuda:3";
  info.kind = "cuda";
  info.name = "imaginary";
  info.max_work_group = most_threads;
  info.local_memory_bytes = shared_bytes;
  info.features = {"sm_90", "tensor_f16", "dp4a", "cublaslt"};
  return info;
}

const std::vector<cases::Types> all_types = {
    cases::f32, cases::int8_to_u8, cases::int8_to_f32, cases::bf16, {"f32", "f16", "f32"}};

TEST(CudaSpace, NeedsNoDriverAndObeysTheDevice) {
  std::mt19937_64 random(11);
  const auto info = gpu(16 << 10, 256);
  for (const auto& shape : {cases::resnet8_convs()[3], cases::edge_convs()[3]}) {
    for (const auto& types : all_types) {
      const auto workload = cases::conv(shape, types);
      const bool tensor = types.wei.ends_with("f16");
      const auto* kernel = find_kernel(tensor ? "cuda.conv_tensor" : "cuda.conv_tiled");
      ASSERT_NE(kernel, nullptr);
      const auto space = kernel->space(workload, info);
      ASSERT_TRUE(space) << workload.key();
      int valid = 0;
      for (int i = 0; i < 3000; ++i) {
        const auto point = space->at(random() % space->cardinality());
        if (!space->valid(point)) continue;
        ++valid;
        const auto v = space->values(point);
        const auto at = [&](const char* name) { return v.at(name); };
        const auto rows = tensor ? 16 * at("warps_m") * at("tiles_m") : at("ty") * at("tm");
        const auto columns = tensor ? 8 * at("warps_n") * at("tiles_n") : at("tx") * at("tn");
        EXPECT_LE(tensor ? 32 * at("warps_m") * at("warps_n") : at("tx") * at("ty"), 256);
        const auto stage =
            tensor ? 2 * (rows + columns) * (at("bk") + 8) : 4 * at("bk") * (rows + columns + 4);
        EXPECT_LE(at("stages") * stage, info.local_memory_bytes);
      }
      EXPECT_GT(valid, 20) << workload.key();
    }
  }
}

TEST(CudaSpace, EveryConstraintSaysWhyAndTheDefaultHolds) {
  for (const auto& info : {gpu(99 << 10, 1024), gpu(227 << 10, 1024)}) {
    for (const auto& types : all_types) {
      auto workloads = cases::convs(types);
      for (auto& gemm : cases::gemms(types)) workloads.push_back(gemm);
      for (const auto& workload : workloads) {
        const auto able = kernels_for(workload, info);
        ASSERT_FALSE(able.empty()) << workload.key();
        for (const auto* kernel : able) {
          const auto space = kernel->space(workload, info).value();
          for (const auto& rule : space.constraints()) EXPECT_FALSE(rule.why.empty());
          const auto point = space.point_of(kernel->default_knobs(workload, info));
          ASSERT_TRUE(point) << kernel->name() << " " << workload.key();
          EXPECT_EQ(space.violated(*point), nullptr) << kernel->name() << " " << workload.key();
        }
      }
    }
  }
}

TEST(CudaSpace, RefusesWhatItCannotDo) {
  const auto info = gpu(99 << 10, 1024);
  auto cpu = info;
  cpu.kind = cpu.id = "cpu";
  auto old = info;
  old.features = {"sm_60"};
  const auto f32 = cases::conv(cases::edge_convs()[0]);
  const auto other = model::Workload::parse("convert count=4 from=cpu/f32/flat to=cuda:0/f32/flat");
  const auto typed = model::Workload::parse("convert count=4 from=cpu/f32/flat to=cuda:3/u8/flat");
  const auto mine = model::Workload::parse("convert count=4 from=cpu/f32/flat to=cuda:3/f32/flat");
  for (const auto& kernel : cuda_kernels()) {
    EXPECT_FALSE(kernel->space(f32, cpu)) << kernel->name();
    EXPECT_FALSE(kernel->space(cases::conv(cases::edge_convs()[0], cases::bf16), old));
    EXPECT_FALSE(kernel->space(cases::conv(cases::edge_convs()[0], cases::int8_to_u8), old));
    EXPECT_FALSE(kernel->space(other, info)) << kernel->name() << " took another device's port";
    EXPECT_FALSE(kernel->space(typed, info)) << kernel->name();
    EXPECT_EQ(kernel->space(mine, info).has_value(), kernel->name() == "cuda.transfer");
    EXPECT_FALSE(kernel->version().empty());
    EXPECT_EQ(kernel->device_kind(), "cuda");
  }
}

}  // namespace
}  // namespace paretune::kernels
