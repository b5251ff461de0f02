// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>

#include "harness/prepared_kernel.h"
#include "harness/verify.h"

namespace paretune::harness {
namespace {

/// What a wrong kernel does beside, or instead of, the right thing.
enum class Fault { none, one_behind, far_behind, one_before, leaves_last, wrong_on_zero };

class NothingPacked : public kernels::Packed {
 public:
  std::size_t bytes() const override { return 0; }
};

/// Relu of f32, right but for its fault.
class FaultyRelu : public kernels::Executable {
 public:
  FaultyRelu(Fault fault, std::size_t count) : fault_(fault), count_(count) {}
  std::unique_ptr<kernels::Packed> pack(const kernels::Constants&) override {
    return std::make_unique<NothingPacked>();
  }
  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const kernels::Packed&, devices::Buffer*) override {
    const auto* from = reinterpret_cast<const float*>(inputs[0]->host());
    auto* to = reinterpret_cast<volatile float*>(output.host());
    const std::size_t write = fault_ == Fault::leaves_last ? count_ - 1 : count_;
    for (std::size_t i = 0; i < write; ++i) to[i] = from[i] > 0 ? from[i] : 0;
    if (fault_ == Fault::one_behind) to[count_] = 0;
    if (fault_ == Fault::far_behind) to[count_ + 64] = 0;
    if (fault_ == Fault::one_before) *(to - 1) = 0;
    // Random data have no exact zero.
    if (fault_ == Fault::wrong_on_zero && from[2] == 0) to[2] = 1;
  }
  std::string numerics() const override { return "direct"; }

 private:
  Fault fault_;
  std::size_t count_;
};

class FaultyKernel : public kernels::Kernel {
 public:
  explicit FaultyKernel(Fault fault) : fault_(fault) {}
  std::string_view name() const override { return "test.faulty"; }
  std::string_view device_kind() const override { return "cpu"; }
  std::string version() const override { return "1"; }
  std::optional<search::Space> space(const model::Workload&,
                                     const devices::DeviceInfo&) const override {
    return search::Space();
  }
  model::Knobs default_knobs(const model::Workload&, const devices::DeviceInfo&) const override {
    return {};
  }
  std::unique_ptr<kernels::Executable> build(const model::Workload& workload, const model::Knobs&,
                                             devices::Device&) const override {
    const auto count = kernels::make_case(workload, 1)->inputs.at(0).count();
    return std::make_unique<FaultyRelu>(fault_, count);
  }

 private:
  Fault fault_;
};

std::string verdict(Fault fault) {
  const auto workload = model::Workload::parse("relu count=1001 in=f32 out=f32");
  runtime::DeviceSet devices;
  const FaultyKernel kernel(fault);
  PreparedKernel prepared(kernel, workload, {}, "cpu", devices);
  return prepared.verify();
}

TEST(WrongKernels, AreFoundByPoisonGuardsAndAnAdversarialInput) {
  EXPECT_EQ(verdict(Fault::none), "");
  EXPECT_NE(verdict(Fault::leaves_last).find("1000"), std::string::npos);
  EXPECT_NE(verdict(Fault::wrong_on_zero).find("adversarial"), std::string::npos);
  for (const Fault fault : {Fault::one_behind, Fault::one_before}) {
    EXPECT_NE(verdict(fault).find("outside its buffers"), std::string::npos);
  }
}

TEST(WrongKernelsDeathTest, WritingFarOutsideEndsTheWorkerNotTheSupervisor) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(verdict(Fault::far_behind), testing::KilledBySignal(SIGSEGV), "");
}

TEST(ExtremesOf, KeepsTypeAndShapeAndAlternatesTheSamplesOwnRange) {
  const auto floats = extremes_of(model::Tensor::of<float>({4}, {-3, 1, 2, 5}));
  EXPECT_EQ(floats.shape(), (model::Shape{4}));
  const auto values = floats.data<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{5, -3, 0, 5}));
  // Indices and masks stay within what the sample had.
  const auto ids = extremes_of(model::Tensor::of<std::int64_t>({3}, {7, 9, 8}));
  EXPECT_EQ(ids.data<std::int64_t>()[0], 9);
  EXPECT_EQ(ids.data<std::int64_t>()[1], 7);
  EXPECT_EQ(ids.data<std::int64_t>()[2], 9);
}

}  // namespace
}  // namespace paretune::harness
