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
#include "tests/kernels/cases.h"

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

const cases::Types f32_to_u8{"f32", "f32", "u8"};
const std::vector<cases::Types> all_types = {cases::f32, cases::int8_to_u8, f32_to_u8,
                                             cases::int8_to_f32, cases::int8_tensor_to_u8};

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

  /// A valid point with local memory as asked; of `draws` the one with the smallest loop body,
  /// because it compiles fastest.
  model::Knobs random_knobs(const search::Space& space, std::int64_t local, int draws) {
    model::Knobs best;
    int drawn = 0;
    for (int attempt = 0; attempt < 100000 && drawn < draws; ++attempt) {
      const auto point = space.at(random_() % space.cardinality());
      const auto values = space.values(point);
      if (values.at("local") != local || !space.valid(point)) continue;
      ++drawn;
      if (best.empty() || body(values) < body(best)) best = values;
    }
    return best.empty() ? random_knobs(space, 0, draws) : best;  // tiny shapes share nothing
  }
  static std::int64_t body(const model::Knobs& knobs) {
    return knobs.at("tm") * knobs.at("tn") * knobs.at("ku");
  }

  /// One more setting on the shape, in rotating types, every third one with local memory.
  void expect_right_somewhere(const Kernel& kernel, const model::Workload& workload) {
    const auto space = kernel.space(workload, device_->info());
    ASSERT_TRUE(space) << workload.key();
    const int draws = round_ % 4 == 0 ? 1 : 4;
    expect_right(kernel, workload, random_knobs(*space, round_ % 3 == 0 ? 1 : 0, draws), round_);
    ++round_;
  }

  /// Settings tried on `shapes` shapes. Every setting compiles for a second, so they go round the
  /// shapes; with PARETUNE_LONG_TESTS set each shape gets all of them.
  static std::size_t rounds(std::size_t shapes) {
    constexpr std::size_t settings = 30;
    return std::getenv("PARETUNE_LONG_TESTS") != nullptr ? settings * shapes : settings;
  }
  const cases::Types& types() const { return all_types[round_ % all_types.size()]; }

  std::mt19937 random_{20240501};
  std::uint64_t round_ = 0;
  std::unique_ptr<devices::Device> device_;
};

TEST_F(OpenclKernels, ConvIsRightForRandomKnobsOnEveryEdge) {
  const auto& kernel = kernel_named("opencl.conv_tiled");
  auto shapes = cases::edge_convs();
  for (const auto& grouped : cases::grouped_convs()) shapes.push_back(grouped);
  for (std::size_t i = 0; i < rounds(shapes.size()); ++i) {
    expect_right_somewhere(kernel, cases::conv(shapes[i % shapes.size()], types()));
  }
}

TEST_F(OpenclKernels, GemmIsRightForRandomKnobsOnEveryEdge) {
  const auto& kernel = kernel_named("opencl.gemm_tiled");
  const auto shapes = cases::gemms({}).size();
  for (std::size_t i = 0; i < rounds(shapes); ++i) {
    expect_right_somewhere(kernel, cases::gemms(types())[i % shapes]);
  }
}

TEST_F(OpenclKernels, DefaultsAreRight) {
  const auto shape = cases::resnet8_convs()[2];
  for (const auto& types : {cases::f32, cases::int8_to_u8}) {
    const auto workload = cases::conv(shape, types);
    const auto& kernel = kernel_named("opencl.conv_tiled");
    expect_right(kernel, workload, kernel.default_knobs(workload, device_->info()), 5);
  }
}

TEST_F(OpenclKernels, TheRestAgreesWithTheReference) {
  const std::vector<std::pair<const char*, model::Workload>> all = {
      {"opencl.max_pool", cases::max_pool(1, 16, 28, 3, 2, 1, "f32")},
      {"opencl.max_pool", cases::max_pool(2, 19, 7, 2, 2, 0, "u8")},
      {"opencl.global_average_pool", cases::average_pool(3, 13, 5, 2)},
      {"opencl.add", cases::add(2051, 0, "f32")},
      {"opencl.add", cases::add(3136, 1, "u8")},
      {"opencl.relu", cases::relu(1001, "f32")},
      {"opencl.convert", cases::convert_flat(777, "f32", "u8", "opencl:0")},
      {"opencl.convert", cases::convert(1, 8, 4, 4, "u8/nhwc", "f32/nhwc", "opencl:0")},
  };
  for (const auto& [name, workload] : all) {
    const auto& kernel = kernel_named(name);
    const auto space = kernel.space(workload, device_->info());
    ASSERT_TRUE(space) << workload.key();
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
  const auto workload = cases::gemm(13, 29, 37, 1, 0, 0, cases::int8_tensor_to_u8);
  const auto& kernel = kernel_named("opencl.gemm_tiled");
  const auto executable =
      kernel.build(workload, kernel.default_knobs(workload, device_->info()), *device_);
  EXPECT_EQ(executable->numerics(), "u8s8_exact");
  std::vector<std::unique_ptr<TestCase>> layers;
  std::vector<std::unique_ptr<Packed>> packed;
  for (std::uint64_t seed : {1U, 2U}) {
    layers.push_back(make_case(workload, seed));
    packed.push_back(executable->pack(layers.back()->constants));
    EXPECT_GE(packed.back()->bytes(), 37U * 29U);
  }
  for (std::size_t i : {0U, 1U, 0U}) {
    const auto expected = reference_run(workload, layers[i]->constants, layers[i]->inputs);
    auto actual = expected.output;
    const auto in = device_->allocate(layers[i]->inputs[0].bytes().size());
    const auto out = device_->allocate(actual.bytes().size());
    device_->upload(*in, layers[i]->inputs[0].bytes());
    devices::Buffer* inputs[] = {in.get()};
    executable->enqueue(inputs, *out, *packed[i], nullptr);
    device_->download(actual.bytes(), *out);
    EXPECT_EQ(compare(workload, expected, actual), "");
  }
}

TEST_F(OpenclKernels, AnInvalidSettingIsRefused) {
  const auto workload = cases::gemm(13, 29, 37, 1, 0, 0);
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
  for (const auto& shape : {cases::resnet8_convs()[3], cases::edge_convs()[3]}) {
    for (const auto& types : all_types) {
      const auto workload = cases::conv(shape, types);
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
        EXPECT_LE(v.at("local") * 8, v.at("wg_m") * v.at("wg_n"));
        const auto rows = v.at("wg_m") * v.at("tm");
        const auto columns = v.at("wg_n") * v.at("tn") * v.at("vec");
        if (v.at("local") == 1) {
          EXPECT_LE(bytes * v.at("bk") * (rows + columns) + 4 * rows, info.local_memory_bytes);
        } else {
          EXPECT_EQ(v.at("bk"), 8) << "bk would only repeat points";
        }
      }
      EXPECT_EQ(locals.size(), 2U) << workload.key();
    }
  }
}

TEST(OpenclSpace, EveryConstraintSaysWhy) {
  const auto workload = cases::conv(cases::edge_convs()[0]);
  const auto space = kernel_named("opencl.conv_tiled").space(workload, small_device());
  ASSERT_TRUE(space);
  EXPECT_GE(space->constraints().size(), 5U);
  for (const auto& constraint : space->constraints()) EXPECT_FALSE(constraint.why.empty());
}

TEST(OpenclSpace, RefusesWhatItCannotDo) {
  const auto info = small_device();
  auto cpu = info;
  cpu.kind = cpu.id = "cpu";
  const auto f32 = cases::conv(cases::edge_convs()[0]);
  const auto bf16 = cases::conv(cases::edge_convs()[0], cases::bf16);
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
