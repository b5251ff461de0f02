// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/kernel_trial.h"
#include "harness/verify.h"
#include "kernels/kernel.h"
#include "model/workload.h"

namespace paretune::harness {
namespace {

using model::Tensor;

TEST(CompareOutputs, AcceptsWhatIsWithinAndNamesWhatIsNot) {
  const std::vector<Tensor> expected = {Tensor::of<float>({3}, {1, 2, 3})};
  const Tolerance tolerance{0.1, 0};
  EXPECT_EQ(compare_outputs(expected, {Tensor::of<float>({3}, {1.05F, 2, 3})}, tolerance), "");
  const std::string wrong =
      compare_outputs(expected, {Tensor::of<float>({3}, {1, 2, 3.2F})}, tolerance);
  EXPECT_NE(wrong.find("element 2"), std::string::npos) << wrong;
}

TEST(CompareOutputs, NanNeverPasses) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Tensor> good = {Tensor::of<float>({1}, {1})};
  const std::vector<Tensor> bad = {Tensor::of<float>({1}, {nan})};
  const Tolerance wide{1e30, 1};
  EXPECT_NE(compare_outputs(good, bad, wide), "");
  EXPECT_NE(compare_outputs(bad, good, wide), "");
  EXPECT_TRUE(std::isinf(max_error(good, bad)));
}

TEST(CompareOutputs, ShapesTypesAndCountsMustMatch) {
  const std::vector<Tensor> expected = {Tensor::of<float>({2, 1}, {1, 2})};
  EXPECT_NE(compare_outputs(expected, {Tensor::of<float>({1, 2}, {1, 2})}, {}), "");
  EXPECT_NE(compare_outputs(expected, {Tensor::of<std::int32_t>({2, 1}, {1, 2})}, {}), "");
  EXPECT_NE(compare_outputs(expected, {}, {}), "");
}

TEST(ToleranceFor, IsStrictForFp32AndWiderOnceALayerIsQuantized) {
  model::Candidate candidate;
  candidate.layers["L000/a"].scheme = "fp32";
  const std::vector<std::vector<Tensor>> outputs = {{Tensor::of<float>({2}, {-10, 4})}};
  EXPECT_DOUBLE_EQ(tolerance_for(candidate, outputs).absolute, 1e-5);
  candidate.layers["L001/b"].scheme = "int8_tensor";
  EXPECT_NEAR(tolerance_for(candidate, outputs).absolute, 0.3, 1e-12);
}

class TryKernel : public testing::Test {
 protected:
  std::variant<KernelMeasurement, results::Failure> run(const KernelRequest& request) {
    TimingPlan plan;
    plan.min_samples = 5;
    plan.max_samples = 8;
    plan.seconds = 0.01;
    return try_kernel(
        request, devices_, plan, [&](const std::string& stage) { stages_.push_back(stage); },
        cases_);
  }
  KernelRequest gemm() {
    KernelRequest request;
    request.workload = "gemm add=0 bias=1 k=33 m=5 n=17 relu=1 in=f32 out=f32 wei=f32";
    request.workload = model::Workload::parse(request.workload).key();
    request.device = "cpu";
    request.kernel = "cpu.gemm_onednn";
    return request;
  }
  runtime::DeviceSet devices_;
  KernelCases cases_;
  std::vector<std::string> stages_;
};

TEST_F(TryKernel, VerifiesBeforeItTimes) {
  const auto outcome = run(gemm());
  ASSERT_TRUE(std::holds_alternative<KernelMeasurement>(outcome))
      << std::get<results::Failure>(outcome).reason;
  EXPECT_EQ(stages_, (std::vector<std::string>{"build", "verify", "latency"}));
  EXPECT_GE(std::get<KernelMeasurement>(outcome).wall_ns.size(), 5U);
}

TEST_F(TryKernel, UnknownKernelsAndKnobsAreFailuresNotErrors) {
  KernelRequest unknown = gemm();
  unknown.kernel = "cpu.nothing";
  const auto a = run(unknown);
  ASSERT_TRUE(std::holds_alternative<results::Failure>(a));
  EXPECT_EQ(std::get<results::Failure>(a).outcome, results::Outcome::unsupported);
  KernelRequest knobs = gemm();
  knobs.kernel = "cpu.gemm_blocked";
  knobs.knobs = {{"mr", 12345}};
  const auto b = run(knobs);
  ASSERT_TRUE(std::holds_alternative<results::Failure>(b));
  EXPECT_EQ(std::get<results::Failure>(b).outcome, results::Outcome::unsupported);
}

}  // namespace
}  // namespace paretune::harness
