// SPDX-License-Identifier: Apache-2.0
// Each way of keeping a worker's memory, and the worker no signal ends.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "harness/deadlines.h"
#include "harness/memory_group.h"
#include "harness/messages.h"
#include "harness/process_tree.h"
#include "harness/supervisor.h"
#include "harness/worker_process.h"
#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

using namespace std::chrono_literals;
using results::Failure;
using results::Outcome;

const std::string kWorker = PARETUNE_BUILD_DIR "/tests/fault_worker";

/// Tells a worker to take 64 GB and waits for what happens instead.
WorkerProcess::Event gorge(WorkerProcess& worker) {
  std::string line;
  worker.wait(WorkerProcess::Clock::now() + 60s, line);  // hello
  worker.post(
      messages::line({{"request", "kernel"},
                      {"id", 1},
                      {"value", messages::encode(KernelRequest{"", "cpu", "gorge", {}, 1})}}));
  for (;;) {
    const auto event = worker.wait(WorkerProcess::Clock::now() + 60s, line);
    if (event != WorkerProcess::Event::line || line.find("host_oom") != std::string::npos) {
      return event;
    }
  }
}

TEST(WorkerLimits, ResidentMemoryIsWatched) {
  WorkerFamily family;
  WorkerProcess worker({kWorker}, {600, false, false, 100ms, 10s}, family);
  EXPECT_EQ(gorge(worker), WorkerProcess::Event::memory);
  worker.kill();
  EXPECT_FALSE(worker.abandoned());
}

TEST(WorkerLimits, AddressSpaceRefusesTheAllocation) {
  if (!limits_memory) GTEST_SKIP() << "AddressSanitizer leaves no address space to limit";
  WorkerFamily family;
  WorkerProcess worker({kWorker}, {600, true, false, 100ms, 10s}, family);
  EXPECT_EQ(gorge(worker), WorkerProcess::Event::line);
}

TEST(WorkerLimits, AControlGroupCountsWhatTheKernelKilled) {
  const auto own = MemoryGroup::make(MemoryGroup::places(), std::to_string(::getpid()) + ".probe",
                                     std::int64_t{1} << 30);
  if (own == nullptr) GTEST_SKIP() << "no memory control group can be made here";
  WorkerFamily family;
  WorkerProcess worker({kWorker}, {300, false, true, 100ms, 10s}, family);
  const auto event = gorge(worker);
  // Kernel and watching race for it; either way it is known for what it is.
  if (event == WorkerProcess::Event::closed) {
    worker.end(2s);
    EXPECT_TRUE(worker.out_of_memory());
  } else {
    EXPECT_EQ(event, WorkerProcess::Event::memory);
  }
}

TEST(MemoryGroup, KeepsItsLimitAndGoes) {
  const std::string name = std::to_string(::getpid()) + ".test";
  auto group = MemoryGroup::make(MemoryGroup::places(), name, std::int64_t{1} << 28);
  if (group == nullptr) GTEST_SKIP() << "no memory control group can be made here";
  EXPECT_TRUE(group->members().empty());
  EXPECT_EQ(group->oom_kills(), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::ofstream(group->join_file()) << "0" << std::flush;
    for (;;) ::pause();
  }
  for (int i = 0; i < 500 && group->members().empty(); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(group->members(), std::vector<pid_t>{child});
  group->kill_all();
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  const auto folder = std::filesystem::path(group->join_file()).parent_path();
  group.reset();
  EXPECT_FALSE(std::filesystem::exists(folder));
}

/// Files as the kernel's second version offers them, where a machine mounts the first only.
TEST(MemoryGroup, SpeaksTheSecondVersion) {
  const auto folder = test_folder();
  for (const char* file : {"memory.max", "memory.oom.group", "cgroup.kill", "cgroup.procs"}) {
    std::ofstream(folder / file) << "";
  }
  std::ofstream(folder / "memory.events") << "low 0\nhigh 7\nmax 12\noom 3\noom_kill 2\n";
  const auto text = [&](const char* file) {
    std::string word;
    std::ifstream(folder / file) >> word;
    return word;
  };
  {
    const auto group = MemoryGroup::adopt(folder, 2);
    EXPECT_TRUE(group->limit(12345678));
    EXPECT_EQ(text("memory.max"), "12345678");
    EXPECT_EQ(text("memory.oom.group"), "1");
    EXPECT_EQ(group->oom_kills(), 2);
    group->kill_all();
    EXPECT_EQ(text("cgroup.kill"), "1");
    std::filesystem::remove_all(folder);
  }
}

TEST(MemoryGroup, WhereNoneCanBeMadeThereIsNone) {
  const auto folder = test_folder();
  EXPECT_EQ(MemoryGroup::make({{folder / "absent", 2}, {folder, 1}, {folder, 2}}, "1.x", 1 << 20),
            nullptr);
  EXPECT_EQ(MemoryGroup::make({}, "1.x", 1 << 20), nullptr);
  std::filesystem::remove_all(folder);
}

/// A control group whose members can be stopped from being killed: Linux's freezer, version 1.
class Freezer {
 public:
  Freezer() {
    folder_ = "/sys/fs/cgroup/freezer/paretune-test-" + std::to_string(::getpid());
    usable_ =
        ::mkdir(folder_.c_str(), 0755) == 0 && std::filesystem::exists(folder_ + "/freezer.state");
  }
  ~Freezer() {
    thaw();
    for (int i = 0; i < 100 && ::rmdir(folder_.c_str()) != 0; ++i) {
      std::this_thread::sleep_for(10ms);
    }
  }
  void thaw() const { std::ofstream(folder_ + "/freezer.state") << "THAWED" << std::flush; }
  bool usable() const { return usable_; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  bool usable_ = false;
};

TEST(Supervisor, LeavesAWorkerBehindThatNothingEndsAndItsDevicesAlone) {
  const Freezer freezer;
  if (!freezer.usable()) GTEST_SKIP() << "no freezer control group here";
  Study study;
  study.run_seconds = 1;
  {
    Supervisor supervisor(study, {kWorker}, {10, 100ms, 300ms});
    const auto hung = supervisor.kernel({freezer.folder(), "opencl:0", "freeze", {}, 1});
    ASSERT_TRUE(std::holds_alternative<Failure>(hung));
    EXPECT_EQ(std::get<Failure>(hung).outcome, Outcome::hang);
    EXPECT_NE(std::get<Failure>(hung).reason.find("cannot be killed"), std::string::npos);
    EXPECT_TRUE(supervisor.lost_devices().contains("opencl:0"));
    const auto skipped = supervisor.kernel({"w", "opencl:0", "well", {}, 1});
    ASSERT_TRUE(std::holds_alternative<Failure>(skipped));
    EXPECT_EQ(std::get<Failure>(skipped).outcome, Outcome::skipped);
    const auto other = supervisor.kernel({"w", "cpu", "well", {}, 1});
    EXPECT_TRUE(std::holds_alternative<KernelMeasurement>(other));
    freezer.thaw();
    std::this_thread::sleep_for(200ms);
  }
  EXPECT_TRUE(children_of(::getpid()).empty());
}

TEST(Deadlines, AreTenTimesTheShortestButNeitherTooShortNorTooLong) {
  Deadlines deadlines({120, 30, 60, 10, 10});
  EXPECT_EQ(deadlines.of("a", "load", true), 120);
  EXPECT_EQ(deadlines.of("a", "build", false), 30);
  EXPECT_EQ(deadlines.of("a", "latency", false), 60);  // nothing is known yet
  deadlines.completed("a", "latency", 3);
  deadlines.completed("a", "latency", 2);
  deadlines.completed("a", "latency", 4);
  EXPECT_EQ(deadlines.of("a", "latency", false), 20);
  EXPECT_EQ(deadlines.of("a", "latency", true), 60);  // a new process does more
  EXPECT_EQ(deadlines.of("b", "latency", false), 60);
  deadlines.completed("b", "latency", 0.01);
  EXPECT_EQ(deadlines.of("b", "latency", false), 10);
  deadlines.completed("c", "latency", 50);
  EXPECT_EQ(deadlines.of("c", "latency", false), 60);
}

}  // namespace
}  // namespace paretune::harness
