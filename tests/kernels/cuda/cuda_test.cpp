// SPDX-License-Identifier: Apache-2.0
// Runs on the machine's GPU, and once more on the host (see CMakeLists.txt).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "devices/device.h"
#include "devices/errors.h"
#include "kernels/kernel.h"
#include "kernels/reference/reference.h"
#include "tests/kernels/cases.h"

namespace paretune::kernels {
namespace {

const cases::Types f32_to_u8{"f32", "f32", "u8"};
const std::vector<cases::Types> tiled_types = {cases::f32, cases::int8_to_u8, f32_to_u8,
                                               cases::int8_to_f32, cases::int8_tensor_to_u8};
const std::vector<cases::Types> tensor_types = {
    cases::bf16, {"f32", "bf16", "u8"}, {"f32", "f16", "f32"}};

const Kernel& kernel_named(std::string_view name) {
  const auto* kernel = find_kernel(name);
  if (kernel == nullptr) throw std::out_of_range(std::string(name));
  return *kernel;
}

class CudaKernels : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& info : devices::discover()) {
      if (info.id == "cuda:0") device_ = devices::open(info.id);
    }
    if (!device_) GTEST_SKIP() << "no CUDA driver on this machine";
  }

  void expect_right(const Kernel& kernel, const model::Workload& workload,
                    const model::Knobs& knobs, std::uint64_t seed) {
    EXPECT_EQ(verify(kernel, workload, knobs, *device_, seed), "")
        << kernel.name() << " [" << model::to_text(knobs) << "] on " << workload.key();
  }

  model::Knobs random_knobs(const search::Space& space) {
    for (int attempt = 0; attempt < 100000; ++attempt) {
      const auto point = space.at(random_() % space.cardinality());
      if (space.valid(point)) return space.values(point);
    }
    throw std::logic_error("the space has no valid point");
  }

  /// Settings that go round the workloads; on a GPU, or with PARETUNE_LONG_TESTS set, four times as
  /// many. Each compiles: some tenths of a second.
  void expect_right_everywhere(const Kernel& kernel, const std::vector<model::Workload>& all,
                               std::size_t settings) {
    const bool host = device_->info().name == "host in place of a GPU";
    const bool few = host && std::getenv("PARETUNE_LONG_TESTS") == nullptr;
    const auto rounds = few ? settings : 4 * settings;
    for (std::size_t i = 0; i < rounds; ++i) {
      const auto& workload = all[i % all.size()];
      const auto space = kernel.space(workload, device_->info());
      ASSERT_TRUE(space) << workload.key();
      expect_right(kernel, workload, random_knobs(*space), i);
    }
  }

  /// Every edge shape and the groups, in rotating types.
  static std::vector<model::Workload> convs(const std::vector<cases::Types>& types) {
    std::vector<model::Workload> all;
    for (const auto& list : {cases::edge_convs(), cases::grouped_convs()}) {
      for (const auto& at : list) all.push_back(cases::conv(at, types[all.size() % types.size()]));
    }
    return all;
  }
  static std::vector<model::Workload> gemms(const std::vector<cases::Types>& types) {
    std::vector<model::Workload> all;
    for (std::size_t i = 0; i < cases::gemms({}).size(); ++i) {
      all.push_back(cases::gemms(types[i % types.size()])[i]);
    }
    return all;
  }

  std::mt19937_64 random_{20240501};
  std::unique_ptr<devices::Device> device_;
};

TEST_F(CudaKernels, TiledConvIsRightForRandomKnobsOnEveryEdge) {
  expect_right_everywhere(kernel_named("cuda.conv_tiled"), convs(tiled_types), 30);
}

TEST_F(CudaKernels, TiledGemmIsRightForRandomKnobsOnEveryEdge) {
  expect_right_everywhere(kernel_named("cuda.gemm_tiled"), gemms(tiled_types), 12);
}

TEST_F(CudaKernels, TensorConvIsRightForRandomKnobsOnEveryEdge) {
  expect_right_everywhere(kernel_named("cuda.conv_tensor"), convs(tensor_types), 26);
}

TEST_F(CudaKernels, TensorGemmIsRightForRandomKnobsOnEveryEdge) {
  expect_right_everywhere(kernel_named("cuda.gemm_tensor"), gemms(tensor_types), 12);
}

TEST_F(CudaKernels, DefaultsAreRight) {
  const auto shape = cases::resnet8_convs()[5];
  for (const auto& types : {cases::f32, cases::int8_to_u8, cases::bf16}) {
    const auto workload = cases::conv(shape, types);
    const auto able = kernels_for(workload, device_->info());
    ASSERT_FALSE(able.empty());
    expect_right(*able[0], workload, able[0]->default_knobs(workload, device_->info()), 5);
  }
}

TEST_F(CudaKernels, CublasLtIsRight) {
  if (!device_->info().has("cublaslt")) GTEST_SKIP() << "no cuBLASLt on this machine";
  const std::vector<cases::Types> types = {cases::f32, cases::bf16, {"f32", "f16", "f32"}};
  for (const auto& type : types) {
    for (const auto& workload : cases::gemms(type)) {
      expect_right(kernel_named("cuda.gemm_cublaslt"), workload, {{"algorithm", 0}}, 3);
    }
  }
  const auto wide = cases::conv(cases::square(40, 8, 96, 1, 1, 0, 1, 1));
  expect_right(kernel_named("cuda.conv_cublaslt"), wide, {{"algorithm", 1}}, 4);
  const auto strided = cases::conv(cases::square(16, 14, 32, 1, 2, 0));
  EXPECT_FALSE(kernel_named("cuda.conv_cublaslt").space(strided, device_->info()));
}

TEST_F(CudaKernels, TheRestAgreesWithTheReference) {
  auto all = cases::simple("cuda:0");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto able = kernels_for(all[i], device_->info());
    ASSERT_FALSE(able.empty()) << all[i].key();
    EXPECT_TRUE(able[0]->space(all[i], device_->info())->parameters().empty());
    expect_right(*able[0], all[i], {}, i);
  }
}

TEST_F(CudaKernels, OneExecutableServesLayersOfEqualWorkload) {
  const auto workload = cases::gemm(13, 29, 37, 1, 0, 0, cases::int8_tensor_to_u8);
  const auto& kernel = kernel_named("cuda.gemm_tiled");
  const auto executable =
      kernel.build(workload, kernel.default_knobs(workload, device_->info()), *device_);
  EXPECT_EQ(executable->numerics(), "u8s8_exact");
  std::vector<std::unique_ptr<TestCase>> layers;
  std::vector<std::unique_ptr<Packed>> packed;
  for (std::uint64_t seed : {1U, 2U}) {
    layers.push_back(make_case(workload, seed));
    packed.push_back(executable->pack(layers.back()->constants));
  }
  const auto workspace = device_->allocate(executable->workspace_bytes());
  for (std::size_t i : {0U, 1U, 0U}) {
    const auto expected = reference_run(workload, layers[i]->constants, layers[i]->inputs);
    auto actual = expected.output;
    const auto in = device_->allocate(layers[i]->inputs[0].bytes().size());
    const auto out = device_->allocate(actual.bytes().size());
    device_->upload(*in, layers[i]->inputs[0].bytes());
    devices::Buffer* inputs[] = {in.get()};
    executable->enqueue(inputs, *out, *packed[i], workspace.get());
    device_->download(actual.bytes(), *out);
    EXPECT_EQ(compare(workload, expected, actual), "");
  }
}

TEST_F(CudaKernels, TheDeviceMeasuresAndRefuses) {
  EXPECT_THROW(device_->allocate(std::size_t{1} << 60), devices::DeviceOutOfMemory);
  const auto before = device_->clock();
  device_->flush_caches();
  EXPECT_GT(device_->clock(), before);
  const auto workload = cases::gemm(13, 29, 37, 1, 0, 0);
  const auto& kernel = kernel_named("cuda.gemm_tiled");
  auto knobs = kernel.default_knobs(workload, device_->info());
  const auto cpu = devices::open("cpu");
  EXPECT_THROW(kernel.build(workload, knobs, *cpu), devices::DeviceError);
  knobs["bk"] = 5;
  EXPECT_THROW(kernel.build(workload, knobs, *device_), devices::DeviceError);
}

}  // namespace
}  // namespace paretune::kernels
