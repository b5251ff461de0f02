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

class CpuKernels : public testing::TestWithParam<Pair> {
 protected:
  const std::unique_ptr<devices::Device> device_ = devices::open("cpu");
};

/// The defaults and 30 random settings of every kernel that takes the workload.
TEST_P(CpuKernels, EqualTheReference) {
  constexpr int settings = 30;
  const auto& workload = GetParam().workload;
  const auto able = kernels_for(workload, device_->info());
  ASSERT_FALSE(able.empty());
  auto test_case = make_case(workload, 7);
  auto expected = reference_run(workload, test_case->constants, test_case->inputs);
  for (const auto* kernel : able) {
    SCOPED_TRACE(std::string(kernel->name()) + " " + workload.key());
    const auto space = kernel->space(workload, device_->info());
    const auto defaults = kernel->default_knobs(workload, device_->info());
    ASSERT_TRUE(space->point_of(defaults) && space->valid(*space->point_of(defaults)))
        << model::to_text(defaults);
    if (kernel->build(workload, defaults, *device_)->numerics() == "u8s8_saturating") {
      avoid_saturation(*test_case);
      expected = reference_run(workload, test_case->constants, test_case->inputs);
    }
    std::mt19937_64 random(11);
    std::map<std::string, model::Knobs> tried = {{model::to_text(defaults), defaults}};
    for (int i = 0; i < settings; ++i) {
      const auto knobs = random_knobs(*space, random);
      tried.emplace(model::to_text(knobs), knobs);
    }
    for (const auto& [text, knobs] : tried) {
      EXPECT_EQ(check(*kernel, workload, knobs, *device_, *test_case, expected), "") << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, CpuKernels, testing::ValuesIn(all_pairs()), test_name);

}  // namespace
}  // namespace paretune::kernels
