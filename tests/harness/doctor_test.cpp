// SPDX-License-Identifier: Apache-2.0
#include "harness/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

using testing::HasSubstr;

class DoctorTest : public testing::Test {
 protected:
  /// Writes a file of a made-up proc or sys tree.
  void put(const std::string& path, const std::string& text) {
    const auto file = folder_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  static const Finding* find(const std::vector<Finding>& findings, const std::string& part) {
    for (const Finding& finding : findings) {
      if (finding.text.find(part) != std::string::npos) return &finding;
    }
    return nullptr;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  const std::filesystem::path folder_ = test_folder();
};

TEST_F(DoctorTest, ReadsAQuietMachine) {
  put("proc/stat", "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 2\ncpu1 1 2\nintr 5\n");
  put("proc/meminfo", "MemTotal:       16777216 kB\nMemAvailable:   12582912 kB\n");
  put("proc/loadavg", "0.02 0.10 0.20 1/100 4242\n");
  put("proc/cpuinfo", "flags\t\t: fpu avx2\ncpu MHz\t\t: 2100.5\n");
  put("proc/sys/kernel/ostype", "Linux\n");
  put("proc/sys/kernel/osrelease", "6.1.0\n");
  put("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
  put("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2400000\n");
  put("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3500000\n");
  put("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
  const MachineState state = read_machine_state(folder_);
  EXPECT_EQ(state.kernel, "Linux 6.1.0");
  EXPECT_EQ(state.cpus, 2);
  EXPECT_EQ(state.memory_bytes, std::int64_t{16} << 30);
  EXPECT_EQ(state.memory_available, std::int64_t{12} << 30);
  EXPECT_EQ(state.governor, "performance");
  EXPECT_EQ(state.turbo, false);
  EXPECT_EQ(state.mhz_now, 2400);
  EXPECT_EQ(state.mhz_max, 3500);
  EXPECT_EQ(state.load, 0.02);
  EXPECT_EQ(state.steal, 0);
  EXPECT_FALSE(state.virtual_machine);
  EXPECT_FALSE(state.cpu_quota.has_value());
  EXPECT_THAT(judge_machine(state), testing::IsEmpty());
}

TEST_F(DoctorTest, NamesWhatDisturbs) {
  put("proc/stat", "cpu  100 0 100 700 0 0 0 100 0 0\ncpu0 1 2\ncpu1 1 2\n");
  put("proc/meminfo", "MemTotal:       1000000 kB\nMemAvailable:   50000 kB\n");
  put("proc/loadavg", "1.90 0.10 0.20 1/100 4242\n");
  put("proc/cpuinfo", "flags\t\t: fpu hypervisor avx2\n");
  put("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  put("sys/devices/system/cpu/cpufreq/boost", "1\n");
  put("sys/fs/cgroup/cpu.max", "150000 100000\n");
  const MachineState state = read_machine_state(folder_);
  EXPECT_DOUBLE_EQ(state.steal, 0.1);
  EXPECT_EQ(state.cpu_quota, 1.5);
  EXPECT_EQ(state.turbo, true);
  const auto findings = judge_machine(state);
  ASSERT_NE(find(findings, "powersave"), nullptr);
  EXPECT_EQ(find(findings, "powersave")->remedy, "sudo cpupower frequency-set -g performance");
  EXPECT_NE(find(findings, "turbo is on"), nullptr);
  EXPECT_NE(find(findings, "steal"), nullptr);
  EXPECT_NE(find(findings, "1.9 processes"), nullptr);
  EXPECT_NE(find(findings, "1.5 of 2 processors"), nullptr);
  EXPECT_NE(find(findings, "GiB are free"), nullptr);
  EXPECT_NE(find(findings, "virtual machine:"), nullptr);
}

TEST_F(DoctorTest, AnEmptyTreeTellsNothing) {
  const MachineState state = read_machine_state(folder_);
  EXPECT_FALSE(state.governor || state.turbo || state.mhz_now || state.cpu_quota);
  EXPECT_EQ(state.cpus, 0);
  EXPECT_NE(find(judge_machine(state), "does not tell its governor"), nullptr);
}

TEST_F(DoctorTest, MissingDriversComeWithTheirCommand) {
  const std::vector<KindReport> kinds = {
      {"cpu", {{}}, ""}, {"opencl", {}, "no OpenCL driver"}, {"cuda", {}, "no CUDA driver"}};
  const auto without_card = judge_devices(kinds, false);
  ASSERT_EQ(without_card.size(), 2U);
  EXPECT_EQ(without_card[0].remedy, "sudo apt install pocl-opencl-icd");
  EXPECT_EQ(without_card[1].level, Finding::Level::note);
  const auto with_card = judge_devices(kinds, true);
  EXPECT_EQ(with_card[1].level, Finding::Level::problem);
  EXPECT_THAT(with_card[1].remedy, HasSubstr("nvidia-driver"));
  const auto broken = judge_devices({{"opencl", {{}}, "clCreateContext failed"}}, false);
  EXPECT_EQ(broken.at(0).level, Finding::Level::problem);
}

TEST_F(DoctorTest, FindsAnNvidiaCard) {
  EXPECT_FALSE(has_nvidia_card(folder_));
  put("sys/bus/pci/devices/0000:00:01.0/vendor", "0x8086\n");
  put("sys/bus/pci/devices/0000:00:01.0/class", "0x030000\n");
  EXPECT_FALSE(has_nvidia_card(folder_));
  put("sys/bus/pci/devices/0000:00:02.0/vendor", "0x10de\n");
  put("sys/bus/pci/devices/0000:00:02.0/class", "0x030200\n");
  EXPECT_TRUE(has_nvidia_card(folder_));
}

TEST_F(DoctorTest, NoiseIsMeasuredAndJudged) {
  runtime::DeviceSet devices;
  const NoiseFloor noise = measure_noise(devices, 2, 5);
  EXPECT_EQ(noise.blocks, 2);
  EXPECT_GT(noise.run_us, 0);
  EXPECT_GE(noise.floor_paired, 0);
  EXPECT_GE(noise.floor_apart, 0);
  EXPECT_THAT(judge_noise({12, 40, 100, 0.01, 0.004, 0.02}), testing::IsEmpty());
  EXPECT_EQ(judge_noise({12, 40, 100, 0.2, 0.03, 0.2}).size(), 2U);
}

}  // namespace
}  // namespace paretune::harness
