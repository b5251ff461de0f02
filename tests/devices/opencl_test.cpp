// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <vector>

#include "devices/device.h"
#include "devices/errors.h"
#include "devices/opencl/opencl_device.h"

namespace paretune::devices {
namespace {

namespace fs = std::filesystem;

class Opencl : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("PARETUNE_CACHE_DIR", PARETUNE_BUILD_DIR "/opencl-cache", 1);
    for (const auto& info : discover()) {
      if (info.id == "opencl:0") info_ = info;
    }
    if (info_.id.empty()) GTEST_SKIP() << "no OpenCL driver on this machine";
    device_ = open("opencl:0");
  }
  OpenclDevice& own() { return dynamic_cast<OpenclDevice&>(*device_); }

  DeviceInfo info_;
  std::unique_ptr<Device> device_;
};

TEST_F(Opencl, InfoIsFilled) {
  EXPECT_EQ(info_.kind, "opencl");
  EXPECT_FALSE(info_.name.empty());
  EXPECT_FALSE(info_.driver.empty());
  EXPECT_GT(info_.memory_bytes, 0);
  EXPECT_GT(info_.local_memory_bytes, 0);
  EXPECT_GE(info_.compute_units, 1);
  EXPECT_GE(info_.max_work_group, 1);
}

TEST_F(Opencl, BytesSurviveARoundTrip) {
  std::mt19937 random(7);
  for (const std::size_t size : {0U, 1U, 63U, 4096U, 100001U}) {
    const auto buffer = device_->allocate(size);
    EXPECT_EQ(buffer->size(), size);
    std::vector<std::byte> in(size);
    for (auto& byte : in) byte = static_cast<std::byte>(random());
    std::vector<std::byte> out(size);
    device_->upload(*buffer, in);
    device_->download(out, *buffer);
    EXPECT_EQ(in, out);
  }
}

TEST_F(Opencl, HostPointerIsTheDevicesMemory) {
  if (!info_.host_shared) GTEST_SKIP() << "memory is not shared";
  const auto program =
      own().build("kernel void twice(global int* x) { x[get_global_id(0)] *= 2; }", "");
  const auto buffer = device_->allocate(1000 * sizeof(int));
  auto* values = reinterpret_cast<int*>(buffer->host());
  ASSERT_NE(values, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(values) % 64, 0U);
  for (int i = 0; i < 1000; ++i) values[i] = i;
  cl::Kernel kernel(program, "twice");
  kernel.setArg(0, dynamic_cast<OpenclBuffer&>(*buffer).handle());
  for (int repeat = 0; repeat < 3; ++repeat) {
    own().queue().enqueueNDRangeKernel(kernel, cl::NullRange, cl::NDRange(1000));
  }
  device_->wait();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(values[i], 8 * i);
}

TEST_F(Opencl, TooMuchMemoryIsATypedError) {
  EXPECT_THROW(device_->allocate(std::numeric_limits<std::size_t>::max()), DeviceOutOfMemory);
  EXPECT_THROW(device_->allocate(std::size_t{1} << 50), DeviceOutOfMemory);
}

TEST_F(Opencl, CompileErrorEndsWithTheLog) {
  try {
    own().build("kernel void broken(global int* x) { x[0] = no_such_name; }", "");
    FAIL() << "it compiled";
  } catch (const CompileError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no_such_name"));
    EXPECT_THAT(error.what(), testing::HasSubstr("CL_BUILD_PROGRAM_FAILURE"));
  }
}

TEST_F(Opencl, ABadCallNamesCallAndCode) {
  try {
    own().build("kernel void fine(global int* x) { x[0] = 1; }", "-no-such-option");
    FAIL() << "it compiled";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("clBuildProgram"));
    EXPECT_THAT(error.what(), testing::HasSubstr("CL_INVALID_BUILD_OPTIONS"));
  }
}

TEST_F(Opencl, ClockIsMonotonicAndFlushingReturns) {
  const auto before = device_->clock();
  device_->flush_caches();
  device_->flush_caches();
  EXPECT_GT(device_->clock(), before);
}

TEST_F(Opencl, ABinaryFromTheCacheRunsLikeTheSource) {
  const fs::path folder = fs::path(PARETUNE_BUILD_DIR) / "opencl-cache-fresh";
  fs::remove_all(folder);
  ::setenv("PARETUNE_CACHE_DIR", folder.c_str(), 1);
  for (int round = 0; round < 3; ++round) {  // compiles; loads; meets a damaged file
    const auto device = open("opencl:0");
    auto& opened = dynamic_cast<OpenclDevice&>(*device);
    const auto program = opened.build(
        "kernel void set(global int* x) { x[get_global_id(0)] = VALUE; }", "-DVALUE=5");
    cl::Kernel kernel(program, "set");
    const auto buffer = device->allocate(4 * sizeof(int));
    kernel.setArg(0, dynamic_cast<OpenclBuffer&>(*buffer).handle());
    opened.queue().enqueueNDRangeKernel(kernel, cl::NullRange, cl::NDRange(4));
    std::vector<int> out(4);
    device->download(std::as_writable_bytes(std::span(out)), *buffer);
    EXPECT_THAT(out, testing::Each(5));
    const std::vector<fs::path> files{fs::directory_iterator(folder), {}};
    ASSERT_EQ(files.size(), 1U);
    if (round == 1) std::ofstream(files[0], std::ios::binary | std::ios::app) << "damage";
  }
}

TEST(OpenclOpen, AbsentDeviceNamesThoseThereAre) {
  std::vector<std::string> ids;
  for (const auto& info : discover()) {
    if (info.kind == "opencl") ids.push_back(info.id);
  }
  try {
    open("opencl:9");
    FAIL() << "opened it";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("opencl:9"));
    for (const auto& id : ids) EXPECT_THAT(error.what(), testing::HasSubstr(id));
  }
  EXPECT_THROW(open("opencl:"), DeviceError);
}

}  // namespace
}  // namespace paretune::devices
