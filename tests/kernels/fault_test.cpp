// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "devices/device.h"
#include "kernels/reference/reference.h"
#include "tests/kernels/cases.h"

namespace paretune::kernels {
namespace {

using Damage = std::function<void(devices::Buffer&)>;

/// Runs the kernel inside and then damages its output.
class BrokenExecutable : public Executable {
 public:
  BrokenExecutable(std::unique_ptr<Executable> inside, Damage damage)
      : inside_(std::move(inside)), damage_(std::move(damage)) {}
  std::size_t workspace_bytes() const override { return inside_->workspace_bytes(); }
  std::unique_ptr<Packed> pack(const Constants& constants) override {
    return inside_->pack(constants);
  }
  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* workspace) override {
    inside_->enqueue(inputs, output, packed, workspace);
    damage_(output);
  }
  std::string numerics() const override { return inside_->numerics(); }

 private:
  std::unique_ptr<Executable> inside_;
  Damage damage_;
};

class BrokenKernel : public Kernel {
 public:
  BrokenKernel(const Kernel& inside, Damage damage) : inside_(inside), damage_(std::move(damage)) {}
  std::string_view name() const override { return "cpu.broken"; }
  std::string_view device_kind() const override { return inside_.device_kind(); }
  std::string version() const override { return "1"; }
  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    return inside_.space(workload, device);
  }
  model::Knobs default_knobs(const model::Workload& workload,
                             const devices::DeviceInfo& device) const override {
    return inside_.default_knobs(workload, device);
  }
  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& knobs,
                                    devices::Device& device) const override {
    return std::make_unique<BrokenExecutable>(inside_.build(workload, knobs, device), damage_);
  }

 private:
  const Kernel& inside_;
  Damage damage_;
};

std::string verified(const model::Workload& workload, Damage damage) {
  const auto device = devices::open("cpu");
  const BrokenKernel kernel(*kernels_for(workload, device->info()).at(0), std::move(damage));
  return verify(kernel, workload, kernel.default_knobs(workload, device->info()), *device, 9);
}

const auto f32_conv = cases::conv(cases::square(16, 7, 16, 3, 1, 1));
const auto u8_conv = cases::conv(cases::square(16, 7, 16, 3, 1, 1), cases::int8_to_u8);

TEST(Verify, PassesAnUndamagedKernel) {
  EXPECT_EQ(verified(f32_conv, [](devices::Buffer&) {}), "");
  EXPECT_EQ(verified(u8_conv, [](devices::Buffer&) {}), "");
}

TEST(Verify, CatchesOneWrongFloat) {
  const auto flip = [](devices::Buffer& output) {
    reinterpret_cast<float*>(output.host())[333] += 1e-3F;
  };
  EXPECT_THAT(verified(f32_conv, flip), testing::HasSubstr("should be"));
}

TEST(Verify, CatchesOneWrongByte) {
  const auto flip = [](devices::Buffer& output) {
    auto& value = reinterpret_cast<std::uint8_t*>(output.host())[120];
    value = static_cast<std::uint8_t>(value < 128 ? value + 2 : value - 2);
  };
  EXPECT_THAT(verified(u8_conv, flip), testing::HasSubstr("should be"));
}

TEST(Verify, CatchesAWriteBehindTheOutput) {
  constexpr std::size_t count = 7 * 7 * 16;
  const auto spill = [](devices::Buffer& output) {
    reinterpret_cast<float*>(output.host())[count] = 1.0F;
  };
  EXPECT_THAT(verified(f32_conv, spill), testing::HasSubstr("past the end"));
}

}  // namespace
}  // namespace paretune::kernels
