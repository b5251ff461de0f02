// SPDX-License-Identifier: Apache-2.0
#include "harness/machine_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "harness/conditions.h"
#include "harness/energy.h"
#include "harness/machine_state.h"
#include "harness/sample_watch.h"
#include "results/records.h"
#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

class MachineControl : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  std::string text(const std::string& path) {
    std::ifstream stream(folder_ / path);
    std::string line;
    std::getline(stream, line);
    return line;
  }
  /// Two processors under powersave, turbo on.
  void put_clock() {
    put(governor(0), "powersave\n");
    put(governor(1), "schedutil\n");
    put(kNoTurbo, "0\n");
  }
  static std::string governor(int cpu) {
    return "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpufreq/scaling_governor";
  }
  static constexpr const char* kNoTurbo = "sys/devices/system/cpu/intel_pstate/no_turbo";
  fs::path state_file() const { return folder_ / "results.db.machine-state"; }
  void TearDown() override { fs::remove_all(folder_); }
  const fs::path folder_ = test_folder();
};

TEST_F(MachineControl, SetsClockAndPutsBackWhatWas) {
  put_clock();
  {
    const PreparedMachine prepared(state_file(), folder_);
    EXPECT_EQ(text(governor(0)), "performance");
    EXPECT_EQ(text(governor(1)), "performance");
    EXPECT_EQ(text(kNoTurbo), "1");
    EXPECT_TRUE(fs::exists(state_file()));
    EXPECT_THAT(prepared.changed(), testing::Contains(HasSubstr("2 processors")));
  }
  EXPECT_EQ(text(governor(0)), "powersave");
  EXPECT_EQ(text(governor(1)), "schedutil");
  EXPECT_EQ(text(kNoTurbo), "0");
  EXPECT_FALSE(fs::exists(state_file()));
}

TEST_F(MachineControl, TheNextStartUndoesWhatACrashLeft) {
  put_clock();
  const pid_t child = fork();
  if (child == 0) {
    new PreparedMachine(state_file(), folder_);
    _exit(0);  // without destructors, as a crash
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_EQ(text(governor(0)), "performance");
  EXPECT_EQ(restore_machine(state_file(), folder_).size(), 3U);
  EXPECT_EQ(text(governor(0)), "powersave");
  EXPECT_EQ(text(governor(1)), "schedutil");
  EXPECT_EQ(text(kNoTurbo), "0");
  EXPECT_FALSE(fs::exists(state_file()));
  EXPECT_THAT(restore_machine(state_file(), folder_), IsEmpty());
}

TEST_F(MachineControl, AStateFileCannotMakeItWriteElsewhere) {
  put_clock();
  put("etc/shadow", "secret\n");
  std::ofstream(state_file()) << R"({")" << (folder_ / "etc/shadow").string() << R"(":"mine",")"
                              << (folder_ / governor(0)).string() << R"(":"a b;c"})";
  EXPECT_THAT(restore_machine(state_file(), folder_), IsEmpty());
  EXPECT_EQ(text("etc/shadow"), "secret");
  EXPECT_EQ(text(governor(0)), "powersave");
  std::ofstream(state_file()) << "no json";
  EXPECT_THAT(restore_machine(state_file(), folder_), IsEmpty());
}

TEST_F(MachineControl, SaysWhatItCouldNotChange) {
  const PreparedMachine prepared(state_file(), folder_);
  EXPECT_THAT(prepared.refused(), testing::Contains(HasSubstr("scaling_governor")));
  EXPECT_THAT(prepared.refused(), testing::Contains(HasSubstr("turbo")));
}

TEST_F(MachineControl, OneProcessorPerPhysicalCore) {
  for (const auto& [cpu, siblings] : {std::pair{0, "0,2"}, {1, "1,3"}, {2, "0,2"}, {3, "1,3"}}) {
    put("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
        siblings);
  }
  EXPECT_THAT(one_per_core({0, 1, 2, 3}, folder_), ElementsAre(0, 1));
  EXPECT_THAT(one_per_core({2, 3}, folder_), ElementsAre(2, 3));
  EXPECT_THAT(one_per_core({4, 5}, folder_), ElementsAre(4, 5)) << "no topology told";
}

TEST_F(MachineControl, PinnedThreadsRunOnCoresOfTheirOwnAndAreFreedAgain) {
  const std::vector<int> allowed = allowed_processors();
  const int cores = static_cast<int>(one_per_core(allowed).size());
  {
    const PinnedThreads pinned(cores);
    ASSERT_TRUE(pinned.pinned());
    std::vector<int> seen(static_cast<std::size_t>(cores), -1);
#pragma omp parallel num_threads(cores)
    {
      const std::vector<int> own = allowed_processors();
      if (own.size() == 1) seen[static_cast<std::size_t>(omp_get_thread_num())] = own.front();
    }
    EXPECT_EQ(seen, one_per_core(allowed));
  }
  EXPECT_EQ(allowed_processors(), allowed);
  EXPECT_FALSE(PinnedThreads(cores + 1).pinned());
}

TEST_F(MachineControl, EnergyIsReadFromPackagesAndWraps) {
  put("sys/class/powercap/intel-rapl:0/name", "package-0\n");
  put("sys/class/powercap/intel-rapl:0/energy_uj", "900\n");
  put("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "1000\n");
  put("sys/class/powercap/intel-rapl:0:0/name", "core\n");
  put("sys/class/powercap/intel-rapl:0:0/energy_uj", "5\n");
  put("sys/class/powercap/intel-rapl:1/name", "psys\n");
  put("sys/class/powercap/intel-rapl:1/energy_uj", "5\n");
  PackageEnergy energy(folder_);
  EXPECT_EQ(energy.reason(), "");
  put("sys/class/powercap/intel-rapl:0/energy_uj", "950\n");
  EXPECT_EQ(energy.spent_uj(), 50);
  put("sys/class/powercap/intel-rapl:0/energy_uj", "30\n");
  EXPECT_EQ(energy.spent_uj(), 80) << "wrapped at 1000";
}

TEST_F(MachineControl, EnergyThatCannotBeReadSaysWhy) {
  EXPECT_THAT(PackageEnergy(folder_).reason(), HasSubstr("no RAPL"));
  put("sys/class/powercap/intel-rapl:0/name", "package-0\n");
  fs::create_directories(folder_ / "sys/class/powercap/intel-rapl:0/energy_uj");
  PackageEnergy energy(folder_);
  EXPECT_THAT(energy.reason(), HasSubstr("not readable"));
  EXPECT_EQ(energy.spent_uj(), std::nullopt);
  std::vector<results::Metric> metrics;
  EXPECT_NE(add_energy([] {}, {"cpu"}, 0.001, metrics, folder_), "");
  EXPECT_THAT(metrics, IsEmpty());
}

TEST_F(MachineControl, PressureCountsThrottlesOfHeatAndOfTheQuota) {
  put("proc/stat", "cpu  100 0 100 700 0 0 0 100 0 0\n");
  EXPECT_EQ(PressureReader(folder_).read().ticks, 1000);
  EXPECT_EQ(PressureReader(folder_).read().steal_ticks, 100);
  EXPECT_EQ(PressureReader(folder_).read().throttles, std::nullopt);
  put("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3\n");
  put("sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count", "4\n");
  EXPECT_EQ(PressureReader(folder_).read().throttles, 7);
  put("proc/self/cgroup", "0::/user.slice/a\n");
  put("sys/fs/cgroup/user.slice/a/cpu.stat", "usage_usec 5\nnr_periods 9\nnr_throttled 2\n");
  EXPECT_EQ(PressureReader(folder_).read().throttles, 9);
}

TEST_F(MachineControl, PulseReadsClockHeatAndLoad) {
  EXPECT_FALSE(read_pulse(folder_).mhz || read_pulse(folder_).temperature_c);
  put("proc/loadavg", "1.50 1 1 1/100 42\n");
  put("proc/cpuinfo", "cpu MHz\t\t: 2100.5\n");
  put("sys/class/thermal/thermal_zone0/temp", "41000\n");
  put("sys/class/hwmon/hwmon3/name", "coretemp\n");
  put("sys/class/hwmon/hwmon3/temp1_input", "55500\n");
  put("sys/class/hwmon/hwmon4/name", "nvme\n");
  put("sys/class/hwmon/hwmon4/temp1_input", "70000\n");
  const Pulse pulse = read_pulse(folder_);
  EXPECT_EQ(pulse.mhz, 2100.5);
  EXPECT_EQ(pulse.temperature_c, 55.5);
  EXPECT_EQ(pulse.load, 1.5);
}

TEST_F(MachineControl, SamplesSinceTheLastLookAreMarkedWhenTimeWasStolen) {
  put("proc/stat", "cpu  100 0 100 700 0 0 0 10 0 0\n");
  std::vector<std::int64_t> marks;
  SampleWatch watch(marks, folder_);
  watch.start();
  watch.stop();
  watch.settle();
  EXPECT_EQ(marks[0] & results::stolen, 0);
  watch.start();
  watch.stop();
  put("proc/stat", "cpu  110 0 100 700 0 0 0 11 0 0\n");
  watch.settle();
  ASSERT_EQ(marks.size(), 2U);
  EXPECT_EQ(marks[0] & results::stolen, 0);
  EXPECT_NE(marks[1] & results::stolen, 0);
}

TEST_F(MachineControl, ConditionsNameWhatCannotBeRead) {
  put("proc/stat", "cpu  100 0 100 700 0 0 0 10 0 0\n");
  put("proc/loadavg", "1.50 1 1 1/100 42\n");
  const Conditions conditions(folder_);
  PairedSamples samples;
  samples.wall_a = {1, 2};
  samples.marks_a = {0, results::preempted};
  samples.involuntary = 4;
  results::Measurement measurement;
  Circumstances circumstances;
  circumstances.co_tenants = 3;
  conditions.describe(circumstances, false, samples, measurement);
  EXPECT_EQ(measurement.find("context_switches")->value, 4);
  EXPECT_EQ(measurement.find("load")->value, 1.5);
  EXPECT_NE(measurement.find("steal"), nullptr);
  EXPECT_EQ(measurement.find("temperature_c"), nullptr) << "absent, not zero";
  EXPECT_EQ(measurement.marks, samples.marks_a);
  for (const char* part : {R"("co_tenants":3)", R"("cache":"warm")", R"("temperature_c":"no )",
                           R"("governor":"no )", R"("affinity":)"}) {
    EXPECT_THAT(measurement.conditions, HasSubstr(part));
  }
}

}  // namespace
}  // namespace paretune::harness
