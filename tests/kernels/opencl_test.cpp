// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "devices/device.h"
#include "devices/errors.h"
#include "kernels/kernel.h"
#include "kernels/opencl/list.h"
#include "kernels/reference/check.h"
#include "kernels/reference/reference.h"

namespace paretune::kernels {
namespace {

/// A GPU-like device that needs no driver.
devices::DeviceInfo small_device() {
  devices::DeviceInfo info;
  info.id = "opencl:3";
  info.kind = "opencl";
  info.name = "imaginary";
  info.max_work_group = 64;
  info.local_memory_bytes = 4096;
  return info;
}

const Kernel& kernel_named(std::string_view name) {
  const auto* kernel = find_kernel(name);
  if (kernel == nullptr) throw std::out_of_range(std::string(name));
  return *kernel;
}

std::string conv(const std::string& shape, const std::string& types) {
  return "conv " + shape + " " + types;
}

/// Edges on purpose: channels that fill no vector, strides, uneven padding, groups, dilation.
const std::vector<std::string> conv_shapes = {
    "add=0 bias=1 c=3 dilation_h=1 dilation_w=1 group=1 h=9 k=5 n=2 pad_b=1 pad_l=1 pad_r=1 "
    "pad_t=1 r=3 relu=1 s=3 stride_h=1 stride_w=1 w=7",
    "add=1 bias=1 c=10 dilation_h=1 dilation_w=1 group=1 h=8 k=18 n=1 pad_b=1 pad_l=0 pad_r=1 "
    "pad_t=0 r=3 relu=1 s=3 stride_h=2 stride_w=2 w=8",
    "add=1 bias=0 c=16 dilation_h=1 dilation_w=1 group=1 h=6 k=32 n=1 pad_b=0 pad_l=0 pad_r=0 "
    "pad_t=0 r=1 relu=0 s=1 stride_h=1 stride_w=1 w=6",
    "add=0 bias=1 c=12 dilation_h=2 dilation_w=1 group=3 h=9 k=21 n=1 pad_b=2 pad_l=1 pad_r=2 "
    "pad_t=2 r=3 relu=0 s=2 stride_h=1 stride_w=2 w=10",
};
const std::vector<std::string> gemm_shapes = {
    "add=0 bias=1 k=37 m=13 n=29 relu=0",
    "add=0 bias=1 k=64 m=1 n=10 relu=0",
};
const std::vector<std::string> type_texts = {
    "in=f32 out=f32 wei=f32",
    "in=f32 out=u8 wei=f32",
    "in=u8 out=f32 wei=s8_channel",
    "in=u8 out=u8 wei=s8_tensor",
};

class OpenclKernels : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("PARETUNE_CACHE_DIR", PARETUNE_BUILD_DIR "/opencl-cache", 1);
    for (const auto& info : devices::discover()) {
      if (info.id == "opencl:0") device_ = devices::open(info.id);
    }
    if (!device_) GTEST_SKIP() << "no OpenCL driver on this machine";
  }

  void expect_right(const Kernel& kernel, const model::Workload& workload,
                    const model::Knobs& knobs, std::uint64_t seed) {
    EXPECT_EQ(verify(kernel, workload, knobs, *device_, seed), "")
        << kernel.name() << " [" << model::to_text(knobs) << "] on " << workload.key();
  }

  /// A valid point drawn uniformly, with local memory as asked.
  model::Knobs random_knobs(const search::Space& space, std::int64_t local) {
    for (int attempt = 0; attempt < 100000; ++attempt) {
      search::Point point;
      for (const auto& parameter : space.parameters()) {
        point.push_back(static_cast<std::uint32_t>(random_() % parameter.values.size()));
      }
      auto values = space.values(point);
      if (values.at("local") == local && space.valid(point)) return values;
    }
    throw std::runtime_error("no valid point found");
  }

  void sweep(const char* name, const std::string& family, const std::vector<std::string>& shapes) {
    const auto& kernel = kernel_named(name);
    std::int64_t round = 0;
    for (const auto& shape : shapes) {
      for (const auto& types : type_texts) {
        const auto workload = model::Workload::parse(family + " " + shape + " " + types);
        const auto space = kernel.space(workload, device_->info());
        ASSERT_TRUE(space) << workload.key();
        const auto knobs = random_knobs(*space, round % 3 == 0 ? 1 : 0);
        expect_right(kernel, workload, knobs, static_cast<std::uint64_t>(round++));
      }
    }
  }

  std::mt19937 random_{20240501};
  std::unique_ptr<devices::Device> device_;
};

TEST_F(OpenclKernels, ConvIsRightForRandomKnobsOnEveryEdge) {
  sweep("opencl.conv_tiled", "conv", conv_shapes);
}

TEST_F(OpenclKernels, GemmIsRightForRandomKnobsOnEveryEdge) {
  sweep("opencl.gemm_tiled", "gemm", gemm_shapes);
}

TEST_F(OpenclKernels, TheRestAgreesWithTheReference) {
  const std::string image = "c=5 h=7 n=2 w=6";
  const std::string window = " pad_b=1 pad_l=1 pad_r=0 pad_t=0 r=3 s=2 stride_h=2 stride_w=1";
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"opencl.max_pool", "max_pool " + image + window + " in=f32 out=f32"},
      {"opencl.max_pool", "max_pool " + image + window + " in=u8 out=u8"},
      {"opencl.global_average_pool", "global_average_pool " + image + " in=f32 out=f32"},
      {"opencl.global_average_pool", "global_average_pool " + image + " in=f32 out=u8"},
      {"opencl.add", "add count=1001 relu=0 in=f32 out=f32"},
      {"opencl.add", "add count=1001 relu=1 in=u8 out=u8"},
      {"opencl.relu", "relu count=130 in=f32 out=f32"},
      {"opencl.convert", "convert count=130 from=opencl:0/f32/flat to=opencl:0/u8/flat"},
      {"opencl.convert", "convert count=1 from=opencl:0/u8/flat to=opencl:0/f32/flat"},
  };
  for (const auto& [name, text] : cases) {
    const auto& kernel = kernel_named(name);
    const auto workload = model::Workload::parse(text);
    const auto space = kernel.space(workload, device_->info());
    ASSERT_TRUE(space) << text;
    EXPECT_TRUE(space->parameters().empty());
    expect_right(kernel, workload, {}, 3);
  }
}

TEST_F(OpenclKernels, TransferOrdersWithTheQueue) {
  const auto& transfer = kernel_named("opencl.transfer");
  const auto& add = kernel_named("opencl.add");
  const auto cpu = devices::open("cpu");
  const std::size_t count = 50000;
  const std::string dims = "convert count=" + std::to_string(count);
  const auto up = transfer.build(
      model::Workload::parse(dims + " from=cpu/f32/flat to=opencl:0/f32/flat"), {}, *device_);
  const auto down = transfer.build(
      model::Workload::parse(dims + " from=opencl:0/f32/flat to=cpu/f32/flat"), {}, *device_);
  const auto sum = add.build(
      model::Workload::parse("add count=" + std::to_string(count) + " relu=0 in=f32 out=f32"), {},
      *device_);
  const auto nothing = up->pack({});
  const auto sum_packed = sum->pack({});
  const auto host = cpu->allocate(count * sizeof(float));
  const auto device_in = device_->allocate(count * sizeof(float));
  const auto device_out = device_->allocate(count * sizeof(float));
  auto* values = reinterpret_cast<float*>(host->host());
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i % 100 + round);
    devices::Buffer* from_host[] = {host.get()};
    up->enqueue(from_host, *device_in, *nothing, nullptr);
    std::memset(host->host(), 0xFF, count * sizeof(float));  // the source is free again
    devices::Buffer* twice[] = {device_in.get(), device_in.get()};
    sum->enqueue(twice, *device_out, *sum_packed, nullptr);
    devices::Buffer* from_device[] = {device_out.get()};
    down->enqueue(from_device, *host, *nothing, nullptr);  // without an explicit wait
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(values[i], static_cast<float>(2 * (i % 100 + static_cast<std::size_t>(round))));
    }
  }
}

TEST_F(OpenclKernels, PackedWeightsAreShared) {
  // One executable serves layers of equal workload: their constants must not mix.
  const auto workload = model::Workload::parse("gemm " + gemm_shapes[0] + " " + type_texts[3]);
  const auto& kernel = kernel_named("opencl.gemm_tiled");
  const auto executable =
      kernel.build(workload, kernel.default_knobs(workload, device_->info()), *device_);
  EXPECT_EQ(executable->numerics(), "u8s8_exact");
  std::vector<std::unique_ptr<TestCase>> cases;
  std::vector<std::unique_ptr<Packed>> packed;
  for (std::uint64_t seed : {1U, 2U}) {
    cases.push_back(make_case(workload, seed));
    packed.push_back(executable->pack(cases.back()->constants));
    EXPECT_GE(packed.back()->bytes(), 37U * 29U);
  }
  for (std::size_t i : {0U, 1U, 0U}) {
    const auto expected = reference_run(workload, cases[i]->constants, cases[i]->inputs);
    auto actual = expected.output;
    const auto in = device_->allocate(cases[i]->inputs[0].bytes().size());
    const auto out = device_->allocate(actual.bytes().size());
    device_->upload(*in, cases[i]->inputs[0].bytes());
    devices::Buffer* inputs[] = {in.get()};
    executable->enqueue(inputs, *out, *packed[i], nullptr);
    device_->download(actual.bytes(), *out);
    EXPECT_EQ(compare(workload, expected, actual), "");
  }
}

TEST_F(OpenclKernels, AnInvalidSettingIsRefused) {
  const auto workload = model::Workload::parse("gemm " + gemm_shapes[0] + " " + type_texts[0]);
  const auto& kernel = kernel_named("opencl.gemm_tiled");
  auto knobs = kernel.default_knobs(workload, device_->info());
  knobs["vec"] = 5;
  EXPECT_THROW(kernel.build(workload, knobs, *device_), devices::DeviceError);
  const auto cpu = devices::open("cpu");
  EXPECT_THROW(kernel.build(workload, knobs, *cpu), devices::DeviceError);
}

TEST(OpenclSpace, NeedsNoDriverAndObeysTheDevice) {
  const auto info = small_device();
  std::mt19937 random(11);
  for (const auto& shape : conv_shapes) {
    for (const auto& types : type_texts) {
      const auto workload = model::Workload::parse(conv(shape, types));
      const auto& kernel = kernel_named("opencl.conv_tiled");
      const auto space = kernel.space(workload, info);
      ASSERT_TRUE(space);
      const auto defaults = space->point_of(kernel.default_knobs(workload, info));
      ASSERT_TRUE(defaults);
      EXPECT_TRUE(space->valid(*defaults));
      const std::int64_t bytes = workload.tag("in") == "u8" ? 1 : 4;
      std::set<std::int64_t> locals;
      for (int i = 0; i < 3000; ++i) {
        const auto point = space->at(random() % space->cardinality());
        if (!space->valid(point)) continue;
        const auto v = space->values(point);
        locals.insert(v.at("local"));
        EXPECT_LE(v.at("wg_m") * v.at("wg_n"), info.max_work_group);
        EXPECT_LE(v.at("tm") * v.at("tn"), 32);
        const auto rows = v.at("wg_m") * v.at("tm");
        const auto columns = v.at("wg_n") * v.at("tn") * v.at("vec");
        if (v.at("local") == 1) {
          EXPECT_LE(bytes * v.at("bk") * (rows + columns) + 4 * rows, info.local_memory_bytes);
        } else {
          EXPECT_EQ(v.at("bk"), 8) << "bk would only repeat points";
        }
      }
      EXPECT_EQ(locals.size(), 2U);
    }
  }
}

TEST(OpenclSpace, EveryConstraintSaysWhy) {
  const auto workload = model::Workload::parse(conv(conv_shapes[0], type_texts[0]));
  const auto space = kernel_named("opencl.conv_tiled").space(workload, small_device());
  ASSERT_TRUE(space);
  EXPECT_GE(space->constraints().size(), 5U);
  for (const auto& constraint : space->constraints()) EXPECT_FALSE(constraint.why.empty());
}

TEST(OpenclSpace, RefusesWhatItCannotDo) {
  const auto info = small_device();
  auto cpu = info;
  cpu.kind = cpu.id = "cpu";
  const auto f32 = model::Workload::parse(conv(conv_shapes[0], type_texts[0]));
  const auto bf16 = model::Workload::parse(conv(conv_shapes[0], "in=f32 out=f32 wei=bf16"));
  const auto other =
      model::Workload::parse("convert count=4 from=cpu/f32/flat to=opencl:0/f32/flat");
  const auto typed =
      model::Workload::parse("convert count=4 from=cpu/f32/flat to=opencl:3/u8/flat");
  const auto mine =
      model::Workload::parse("convert count=4 from=cpu/f32/flat to=opencl:3/f32/flat");
  for (const auto& kernel : opencl_kernels()) {
    EXPECT_FALSE(kernel->space(f32, cpu)) << kernel->name();
    EXPECT_FALSE(kernel->space(bf16, info)) << kernel->name();
    EXPECT_FALSE(kernel->space(other, info)) << kernel->name() << " took another device's port";
    EXPECT_FALSE(kernel->space(typed, info)) << kernel->name();
    EXPECT_EQ(kernel->space(mine, info).has_value(), kernel->name() == "opencl.transfer");
    EXPECT_FALSE(kernel->version().empty());
    EXPECT_EQ(kernel->device_kind(), "opencl");
  }
}

}  // namespace
}  // namespace paretune::kernels
