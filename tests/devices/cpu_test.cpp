// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <vector>

#include "devices/cpu/features.h"
#include "devices/device.h"
#include "devices/errors.h"

namespace paretune::devices {
namespace {

TEST(Cpu, IsDiscoveredFirst) {
  const auto all = discover();
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0].id, "cpu");
  EXPECT_EQ(all[0].kind, "cpu");
  EXPECT_FALSE(all[0].name.empty());
  EXPECT_FALSE(all[0].driver.empty());
  EXPECT_GE(all[0].compute_units, 1);
  EXPECT_GT(all[0].memory_bytes, std::int64_t{1} << 28);
  EXPECT_TRUE(all[0].host_shared);
}

TEST(Cpu, BytesSurviveARoundTrip) {
  const auto device = open("cpu");
  for (const std::size_t size : {0U, 1U, 63U, 64U, 1000U}) {
    const auto buffer = device->allocate(size);
    EXPECT_EQ(buffer->size(), size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer->host()) % 64, 0U);
    std::vector<std::byte> in(size);
    for (std::size_t i = 0; i < size; ++i) in[i] = static_cast<std::byte>(i * 7 + 1);
    std::vector<std::byte> out(size);
    device->upload(*buffer, in);
    device->wait();
    device->download(out, *buffer);
    EXPECT_EQ(in, out);
  }
}

TEST(Cpu, WritingJustOutsideABufferShows) {
  const auto device = open("cpu");
  for (const std::size_t size : {4U, 60U, 64U, 1000U, 4096U, 100000U}) {
    const auto behind = device->allocate(size);
    std::fill_n(behind->host(), size, std::byte{1});
    EXPECT_TRUE(behind->intact()) << size;
    behind->host()[size] = std::byte{1};
    EXPECT_FALSE(behind->intact()) << size;
    const auto before = device->allocate(size);
    *(before->host() - 4) = std::byte{0};
    EXPECT_FALSE(before->intact()) << size;
  }
}

TEST(CpuDeathTest, WritingFurtherOutsideEndsTheProcessAtOnce) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto device = open("cpu");
  for (const std::size_t size : {4U, 64U, 5000U}) {
    const auto buffer = device->allocate(size);
    // At most a vector's width and the rest of the last one lie between the end and the guard page.
    volatile std::byte* memory = buffer->host();
    EXPECT_EXIT(memory[size + 128] = std::byte{1}, testing::KilledBySignal(SIGSEGV), "");
    EXPECT_EXIT(*(memory - 4096) = std::byte{1}, testing::KilledBySignal(SIGSEGV), "");
  }
}

TEST(Cpu, TooMuchMemoryIsATypedError) {
  const auto device = open("cpu");
  EXPECT_THROW(device->allocate(std::numeric_limits<std::size_t>::max() / 4), DeviceOutOfMemory);
  EXPECT_THROW(device->allocate(std::numeric_limits<std::size_t>::max()), DeviceOutOfMemory);
}

TEST(Cpu, UnknownDeviceNamesWhatThereIs) {
  try {
    open("abacus:3");
    FAIL() << "opened an abacus";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(),
                testing::AllOf(testing::HasSubstr("abacus:3"), testing::HasSubstr("cpu")));
  }
  EXPECT_THROW(open("cpu:7"), DeviceError);
}

TEST(Cpu, ClockIsMonotonicAndFlushingReturns) {
  const auto device = open("cpu");
  const auto before = device->clock();
  device->flush_caches();
  device->flush_caches();
  EXPECT_GT(device->clock(), before);
}

TEST(CpuFeatures, EachLimitAllowsASubsetOfTheNext) {
  std::vector<std::string> previous;
  for (const char* isa : {"SSE41", "AVX2", "AVX512_CORE", "AVX512_CORE_VNNI", "AVX512_CORE_BF16"}) {
    const auto features = cpu_features(isa);
    EXPECT_THAT(features, testing::IsSupersetOf(previous)) << isa;
    previous = features;
  }
  EXPECT_EQ(cpu_features(""), previous);
  EXPECT_THAT(cpu_features("SSE41"), testing::IsEmpty());
  EXPECT_THAT(cpu_features("avx2"), testing::Not(testing::Contains("avx512f")));
}

TEST(CpuFeatures, OneSettingRestrictsOurKernelsAndOneDnn) {
  const auto before = discover().at(0);
  ASSERT_EQ(setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1), 0);
  const auto restricted = discover().at(0);
  ASSERT_EQ(unsetenv("ONEDNN_MAX_CPU_ISA"), 0);
  EXPECT_EQ(restricted.features, cpu_features("AVX2"));
  EXPECT_EQ(discover().at(0).features, before.features);
}

TEST(DeviceInfo, FingerprintSeesEveryFactThatChangesSpeed) {
  DeviceInfo info;
  info.kind = "cpu";
  info.name = "A";
  info.features = {"avx2", "fma"};
  const auto base = info.fingerprint();
  auto other = info;
  other.features = {"fma", "avx2"};
  EXPECT_EQ(other.fingerprint(), base) << "the order of features means nothing";
  other.features = {"avx2"};
  EXPECT_NE(other.fingerprint(), base);
  other = info;
  other.driver = "g++ 99";
  EXPECT_NE(other.fingerprint(), base);
  other = info;
  other.compute_units = 8;
  EXPECT_NE(other.fingerprint(), base);
  other = info;
  other.id = "cpu2";
  EXPECT_EQ(other.fingerprint(), base) << "the id is a name, not a fact";
}

}  // namespace
}  // namespace paretune::devices
