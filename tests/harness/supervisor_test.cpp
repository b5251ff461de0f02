// SPDX-License-Identifier: Apache-2.0
#include "harness/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "devices/errors.h"
#include "harness/errors.h"
#include "harness/worker_process.h"
#include "model/errors.h"
#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

using results::Failure;
using results::Outcome;
using testing::HasSubstr;

const std::string kWorker = PARETUNE_BUILD_DIR "/tests/fault_worker";

Study quick_study() {
  Study study;
  study.build_seconds = 30;
  study.run_seconds = 1;
  study.memory_limit_mib = 2048;
  return study;
}

/// Direct children of this process that are not reaped yet.
std::vector<std::string> children() {
  std::vector<std::string> pids;
  std::ifstream list("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  for (std::string pid; list >> pid;) pids.push_back(pid);
  return pids;
}

Failure failure_of(Supervisor& supervisor, const std::string& how,
                   const std::string& argument = "") {
  auto answer = supervisor.kernel({argument, "cpu", how, {}, 1});
  auto* failure = std::get_if<Failure>(&answer);
  if (failure == nullptr) {
    ADD_FAILURE() << how << " gave a measurement";
    return {};
  }
  return *failure;
}

void expect_works(Supervisor& supervisor) {
  const auto answer = supervisor.kernel({"w", "cpu", "well", {}, 1});
  ASSERT_TRUE(std::holds_alternative<KernelMeasurement>(answer))
      << std::get<Failure>(answer).reason;
  EXPECT_EQ(std::get<KernelMeasurement>(answer).wall_ns, (std::vector<std::int64_t>{1, 2, 3}));
}

struct Fault {
  std::string how;
  Outcome outcome;
  int signal;
  std::string reason;
};

class FaultTest : public testing::TestWithParam<Fault> {};

TEST_P(FaultTest, IsATypedFailureAndTheNextRequestWorks) {
  const Fault& fault = GetParam();
  if (fault.how == "allocate" && !limits_memory) {
    GTEST_SKIP() << "AddressSanitizer leaves no address space to limit";
  }
  {
    Supervisor supervisor(quick_study(), {kWorker});
    expect_works(supervisor);
    const Failure failure = failure_of(supervisor, fault.how);
    EXPECT_EQ(results::to_text(failure.outcome), results::to_text(fault.outcome));
    EXPECT_EQ(failure.stage, "latency");
    EXPECT_EQ(failure.signal, fault.signal);
    EXPECT_THAT(failure.reason, HasSubstr(fault.reason));
    expect_works(supervisor);
  }
  EXPECT_THAT(children(), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Supervisor, FaultTest,
    testing::Values(Fault{"segv", Outcome::crash, SIGSEGV, "SIGSEGV"},
                    Fault{"abort", Outcome::crash, SIGABRT, "SIGABRT"},
                    Fault{"loop", Outcome::hang, SIGTERM, "within 1 s in stage 'latency'"},
                    Fault{"allocate", Outcome::host_oom, 0, "memory"},
                    Fault{"allocate_in_thread", Outcome::host_oom, 0, "threads"},
                    Fault{"exit", Outcome::crash, 0, "exited with code 0 without a result"},
                    Fault{"garbage", Outcome::crash, 0, "no message"},
                    Fault{"other_json", Outcome::crash, 0, "no message"},
                    Fault{"wrong_id", Outcome::crash, 0, "no message"},
                    Fault{"bad_value", Outcome::crash, 0, "no message"},
                    Fault{"flood_forever", Outcome::hang, SIGTERM, "no answer"},
                    Fault{"stop", Outcome::hang, SIGTERM, "no answer"},
                    Fault{"ignore_term", Outcome::hang, SIGTERM, "no answer"},
                    Fault{"close", Outcome::crash, SIGTERM, "SIGTERM"},
                    Fault{"kill", Outcome::crash, SIGKILL, "SIGKILL"},
                    Fault{"fork_bomb", Outcome::hang, SIGTERM, "no answer"},
                    Fault{"device_error", Outcome::crash, 0, "CL_INVALID_EVENT"},
                    Fault{"device_oom", Outcome::device_oom, 0, "1 MiB"},
                    Fault{"compile", Outcome::compile_fail, 0, "what is this"},
                    Fault{"unsupported", Outcome::unsupported, 0, "no such kernel"}),
    [](const auto& tested) { return tested.param.how; });

TEST(Supervisor, TheCanaryIsARequestLikeAnother) {
  Supervisor supervisor(quick_study(), {kWorker});
  const auto answer = supervisor.canary("cpu");
  ASSERT_TRUE(std::holds_alternative<KernelMeasurement>(answer));
  EXPECT_EQ(std::get<KernelMeasurement>(answer).cpu_ns, (std::vector<std::int64_t>{3, 4}));
  const auto lost = supervisor.canary("opencl:9");
  ASSERT_TRUE(std::holds_alternative<Failure>(lost));
  EXPECT_EQ(std::get<Failure>(lost).outcome, Outcome::poisoned);
}

TEST(Supervisor, CompilesAheadAndChargesNobodyForIt) {
  Study study = quick_study();
  study.devices = {"cpu", "opencl:0"};
  study.compile_processes = 1;
  {
    Supervisor supervisor(study, {kWorker});
    const KernelRequest fine{"w", "opencl:0", "well", {}, 1};
    const KernelRequest dies{"w", "opencl:0", "dies_ahead", {}, 1};
    for (int i = 0; i < 1000 && supervisor.compiled_ahead() == 0; ++i) {
      supervisor.prepare({fine, dies});
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_GE(supervisor.compiled_ahead(), 1);
    for (int i = 0; i < 20; ++i) {
      supervisor.prepare({dies});
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    for (const KernelRequest& request : {fine, dies}) {
      EXPECT_TRUE(std::holds_alternative<KernelMeasurement>(supervisor.kernel(request)));
    }
    EXPECT_EQ(supervisor.workers_started(), 1);
    // Nothing on the processor is compiled ahead.
    const int before = supervisor.compiled_ahead();
    supervisor.prepare({{"w", "cpu", "well", {}, 1}});
    EXPECT_EQ(supervisor.compiled_ahead(), before);
  }
  EXPECT_THAT(children(), testing::IsEmpty());
}

TEST(Supervisor, AnErrorOfAnAcceleratorPoisonsItsProcess) {
  Supervisor supervisor(quick_study(), {kWorker});
  const auto answer = supervisor.kernel({"w", "opencl:0", "device_error", {}, 1});
  ASSERT_TRUE(std::holds_alternative<Failure>(answer));
  EXPECT_EQ(std::get<Failure>(answer).outcome, Outcome::poisoned);
  expect_works(supervisor);
  EXPECT_EQ(supervisor.workers_started(), 2);
}

TEST(Supervisor, WhatAWorkerPrintsIsNoMessage) {
  Study study = quick_study();
  study.run_seconds = 60;
  Supervisor supervisor(study, {kWorker});
  const auto answer = supervisor.kernel({"", "cpu", "flood", {}, 1});
  EXPECT_TRUE(std::holds_alternative<KernelMeasurement>(answer));
  EXPECT_EQ(supervisor.workers_started(), 1);
}

TEST(Supervisor, ANewWorkerGetsTheParametersAgain) {
  Supervisor supervisor(quick_study(), {kWorker});
  supervisor.set_parameters(supervisor.calibrate());
  failure_of(supervisor, "segv");
  const auto answer = supervisor.kernel({"w", "cpu", "well", {}, 1});
  EXPECT_EQ(std::get<KernelMeasurement>(answer).compile_seconds, 0.25);
  EXPECT_EQ(supervisor.workers_started(), 2);
}

TEST(Supervisor, TheWholeProcessGroupGoes) {
  const auto file = test_folder() / "orphan.pid";
  Supervisor supervisor(quick_study(), {kWorker});
  failure_of(supervisor, "orphan", file.string());
  pid_t pid = 0;
  std::ifstream(file) >> pid;
  ASSERT_GT(pid, 0);
  for (int i = 0; i < 500 && ::kill(pid, 0) == 0; ++i) {
    // A killed orphan may stay a zombie until init reaps it: then it is no longer running either.
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string id, name, state;
    status >> id >> name >> state;
    if (state == "Z") return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Supervisor, AWorkerKilledWhileIdleIsReplacedWithoutBlame) {
  Supervisor supervisor(quick_study(), {kWorker});
  expect_works(supervisor);
  const auto pids = children();
  ASSERT_EQ(pids.size(), 1U);
  ::kill(std::stoi(pids[0]), SIGKILL);
  expect_works(supervisor);
  EXPECT_EQ(supervisor.workers_started(), 2);
}

TEST(Supervisor, AFailureTheBackendReturnsKeepsTheWorker) {
  Supervisor supervisor(quick_study(), {kWorker});
  EvaluateRequest request;
  request.split = "wrong";
  const auto answer = supervisor.evaluate(request);
  ASSERT_TRUE(std::holds_alternative<Failure>(answer));
  EXPECT_EQ(std::get<Failure>(answer).outcome, Outcome::wrong);
  expect_works(supervisor);
  EXPECT_EQ(supervisor.workers_started(), 1);
}

TEST(Supervisor, WhatTheUserMustMendIsThrownAsItself) {
  const auto describe = [](const char* how) {
    ::setenv("PARETUNE_TEST_DESCRIBE", how, 1);
    Supervisor supervisor(quick_study(), {kWorker});
    const auto unset = [] { ::unsetenv("PARETUNE_TEST_DESCRIBE"); };
    try {
      supervisor.describe();
    } catch (...) {
      unset();
      throw;
    }
    unset();
  };
  EXPECT_THROW(describe("unsupported"), model::UnsupportedModel);
  EXPECT_THROW(describe("device"), devices::DeviceError);
  EXPECT_THROW(describe("config"), ConfigError);
  EXPECT_THROW(describe("crash"), WorkerError);
  EXPECT_NO_THROW(describe(""));
  Supervisor supervisor(quick_study(), {kWorker});
  EXPECT_THROW(supervisor.kernel({"", "cpu", "invalid", {}, 1}), model::InvalidModel);
}

TEST(Supervisor, AWorkerThatCannotStartIsAnErrorWithItsLastWords) {
  Supervisor missing(quick_study(), {"/nonexistent/worker"});
  EXPECT_THROW(missing.describe(), WorkerError);
  Supervisor dying(quick_study(), {kWorker, "dies"});
  try {
    dying.describe();
    FAIL();
  } catch (const WorkerError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot find libfoo.so"));
  }
}

TEST(Supervisor, TheWorkerDiesWithItsSupervisor) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    Supervisor supervisor(quick_study(), {kWorker});
    supervisor.describe();
    const int pid = std::stoi(children().at(0));
    if (::write(ends[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
    ::pause();
  }
  int worker = 0;
  ASSERT_EQ(::read(ends[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  ::kill(middle, SIGKILL);
  ::waitpid(middle, nullptr, 0);
  bool gone = false;
  for (int i = 0; i < 500 && !gone; ++i) {
    std::ifstream status("/proc/" + std::to_string(worker) + "/stat");
    std::string id, name, state;
    status >> id >> name >> state;
    gone = !status || state == "Z";
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(gone);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace paretune::harness
