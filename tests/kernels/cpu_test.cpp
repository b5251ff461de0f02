// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <random>

#include "devices/device.h"
#include "kernels/conv_shape.h"
#include "kernels/reference/check.h"
#include "kernels/reference/reference.h"
#include "tests/kernels/cases.h"

namespace paretune::kernels {
namespace {

using model::Workload;

/// A kernel and one workload; one GoogleTest case each.
struct Pair {
  std::string kernel;
  Workload workload;
};

std::string test_name(const testing::TestParamInfo<Pair>& info) {
  auto text =
      info.param.kernel + "_" + info.param.workload.family + "_" + std::to_string(info.index);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return text;
}

void append(std::vector<Pair>& pairs, const std::string& kernel,
            const std::vector<Workload>& workloads) {
  for (const auto& workload : workloads) pairs.push_back({kernel, workload});
}

std::vector<Pair> all_pairs() {
  std::vector<Pair> pairs;
  for (const auto& types : {cases::f32, cases::int8_to_u8, cases::int8_to_f32}) {
    append(pairs, "conv", cases::convs(types));
    append(pairs, "gemm", cases::gemms(types));
    for (const auto& at : cases::grouped_convs()) pairs.push_back({"conv", cases::conv(at, types)});
  }
  append(pairs, "gemm", cases::gemms(cases::int8_tensor_to_u8));
  append(pairs, "gemm", cases::gemms(cases::f32_to_u8));
  append(pairs, "conv", {cases::conv(cases::resnet8_convs()[2], cases::f32_to_u8)});
  append(pairs, "simple", cases::simple());
  return pairs;
}

model::Knobs random_knobs(const search::Space& space, std::mt19937_64& random) {
  for (int attempt = 0; attempt < 10000; ++attempt) {
    search::Point point;
    for (const auto& parameter : space.parameters()) {
      point.push_back(static_cast<std::uint32_t>(random() % parameter.values.size()));
    }
    if (space.valid(point)) return space.values(point);
  }
  ADD_FAILURE() << "no valid point found";
  return {};
}

/// The cpu as if it had fewer features: its own kernels take their AVX2 paths.
class Lesser : public devices::Device {
 public:
  Lesser() : inside_(devices::open("cpu")), info_(inside_->info()) {
    std::erase_if(info_.features, [](const auto& name) { return name.starts_with("avx512"); });
  }
  const devices::DeviceInfo& info() const override { return info_; }
  std::unique_ptr<devices::Buffer> allocate(std::size_t bytes) override {
    return inside_->allocate(bytes);
  }
  void upload(devices::Buffer& to, std::span<const std::byte> from) override {
    inside_->upload(to, from);
  }
  void download(std::span<std::byte> to, devices::Buffer& from) override {
    inside_->download(to, from);
  }
  void wait() override { inside_->wait(); }
  std::chrono::nanoseconds clock() const override { return inside_->clock(); }
  void flush_caches() override { inside_->flush_caches(); }

 private:
  std::unique_ptr<devices::Device> inside_;
  devices::DeviceInfo info_;
};

class CpuKernels : public testing::TestWithParam<Pair> {};

/// The defaults and `settings` random settings of every kernel that takes the workload.
void expect_equal_the_reference(const Workload& workload, devices::Device& device, int settings) {
  const auto able = kernels_for(workload, device.info());
  ASSERT_FALSE(able.empty());
  auto test_case = make_case(workload, 7);
  auto expected = reference_run(workload, test_case->constants, test_case->inputs);
  for (const auto* kernel : able) {
    SCOPED_TRACE(std::string(kernel->name()) + " " + workload.key());
    const auto space = kernel->space(workload, device.info());
    const auto defaults = kernel->default_knobs(workload, device.info());
    if (kernel->build(workload, defaults, device)->numerics() == "u8s8_saturating") {
      avoid_saturation(*test_case);
      expected = reference_run(workload, test_case->constants, test_case->inputs);
    }
    std::mt19937_64 random(11);
    std::map<std::string, model::Knobs> tried = {{model::to_text(defaults), defaults}};
    for (int i = 0; i < settings; ++i) {
      auto knobs = random_knobs(*space, random);
      // Threads that wait for each other are slow where cores are shared: try a few only.
      if (i % 8 != 0 && knobs.count("threads") != 0) knobs["threads"] = 1;
      tried.emplace(model::to_text(knobs), knobs);
    }
    for (const auto& [text, knobs] : tried) {
      EXPECT_EQ(check(*kernel, workload, knobs, device, *test_case, expected), "") << text;
    }
  }
}

TEST_P(CpuKernels, EqualTheReference) {
  const auto device = devices::open("cpu");
  expect_equal_the_reference(GetParam().workload, *device, 30);
}

TEST_P(CpuKernels, EqualTheReferenceWithoutAvx512) {
  Lesser device;
  expect_equal_the_reference(GetParam().workload, device, 12);
}

/// oneDNN computes bf16 without the instructions too, only slowly; the kernel then makes no offer.
TEST(CpuBf16, EqualsTheReference) {
  const auto device = devices::open("cpu");
  if (!device->info().has("avx512f")) GTEST_SKIP() << "oneDNN emulates bf16 with AVX-512 only";
  auto workloads = cases::gemms(cases::bf16);
  for (const auto& at : cases::resnet8_convs()) workloads.push_back(cases::conv(at, cases::bf16));
  for (const auto& workload : workloads) {
    const auto* kernel =
        find_kernel(workload.family == "conv" ? "cpu.conv_onednn" : "cpu.gemm_onednn");
    EXPECT_EQ(verify(*kernel, workload, {}, *device, 5), "") << workload.key();
  }
}

INSTANTIATE_TEST_SUITE_P(All, CpuKernels, testing::ValuesIn(all_pairs()), test_name);

}  // namespace
}  // namespace paretune::kernels
