// SPDX-License-Identifier: Apache-2.0
// Twelve faults amid good evaluations, in random order, through Supervisor and Store.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>

#include "harness/process_tree.h"
#include "harness/supervisor.h"
#include "harness/worker_process.h"
#include "results/store.h"
#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

using namespace std::chrono_literals;
using results::KernelRecord;
using results::Outcome;

const std::string kWorker = PARETUNE_BUILD_DIR "/tests/fault_worker";

struct Fault {
  std::string how;
  Outcome outcome;
  int signal;
};

const std::vector<Fault>& faults() {
  static const std::vector<Fault> list = {{"segv", Outcome::crash, SIGSEGV},
                                          {"abort", Outcome::crash, SIGABRT},
                                          {"kill", Outcome::crash, SIGKILL},
                                          {"loop", Outcome::hang, SIGTERM},
                                          {"allocate", Outcome::host_oom, 0},
                                          {"wrong_bit", Outcome::wrong, 0},
                                          {"nan", Outcome::wrong, 0},
                                          {"not_written", Outcome::wrong, 0},
                                          {"flood_forever", Outcome::hang, SIGTERM},
                                          {"fork_bomb", Outcome::hang, SIGTERM},
                                          {"exit", Outcome::crash, 0},
                                          {"stop", Outcome::hang, SIGTERM}};
  return list;
}

struct Amount {
  int good, each;
};

/// PARETUNE_LONG_TESTS=1: what the project promises; without, a fraction of it.
Amount amount() {
  const char* value = std::getenv("PARETUNE_LONG_TESTS");
  const bool whole = value != nullptr && std::string(value) == "1";
  return whole ? Amount{1000, 20} : Amount{100, 2};
}

/// One request and how it must end; good ones have the kernel "well".
struct Step {
  std::string how;
  std::int64_t number;
};

std::vector<Step> shuffled(const Amount& amount) {
  std::vector<Step> steps;
  for (int i = 0; i < amount.good; ++i) steps.push_back({"well", i});
  for (const Fault& fault : faults()) {
    for (int i = 0; i < amount.each; ++i) steps.push_back({fault.how, i});
  }
  std::mt19937 random(5);
  std::shuffle(steps.begin(), steps.end(), random);
  return steps;
}

KernelRecord record_of(const Step& step) {
  KernelRecord record;
  record.workload = "w";
  record.kernel = step.how;
  record.version = "1";
  record.device = "cpu";
  record.knobs = model::to_text({{"number", step.number}});
  record.machine = "m";
  return record;
}

void run(Supervisor& supervisor, results::Store& store, const Step& step) {
  KernelRecord record = record_of(step);
  auto answer = supervisor.kernel({"w", "cpu", step.how, {{"number", step.number}}, 1});
  if (auto* failure = std::get_if<results::Failure>(&answer)) {
    record.outcome = failure->outcome;
    record.failure = *failure;
  } else {
    record.wall_ns = std::get<KernelMeasurement>(answer).wall_ns;
    record.p50_ns = static_cast<double>(record.wall_ns.at(1));
  }
  store.record(record);
}

/// Processes other than this one that began with this test's mark in their environment.
std::vector<pid_t> marked(const std::string& mark) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto pid = static_cast<pid_t>(std::atoi(entry.path().filename().c_str()));
    if (pid > 0 && pid != ::getpid() && began_with(pid, mark)) found.push_back(pid);
  }
  return found;
}

/// How the steps of a fault ended: "right", or what came instead, and how often.
using Tally = std::map<std::string, std::map<std::string, int>>;

Tally read_back(const results::Store& store, const std::vector<Step>& steps) {
  Tally tally;
  for (const Step& step : steps) {
    const auto record = store.find_kernel(record_of(step));
    std::string end = "missing";
    if (record && step.how == "well") {
      const bool right = record->outcome == Outcome::ok &&
                         record->wall_ns == std::vector<std::int64_t>(3, 1000 + step.number);
      end = right ? "right" : record->failure.reason;
    } else if (record) {
      const auto fault = std::find_if(faults().begin(), faults().end(),
                                      [&](const Fault& each) { return each.how == step.how; });
      const bool right =
          record->outcome == fault->outcome && record->failure.signal == fault->signal;
      end = right ? "right"
                  : fmt::format("{}({}): {}", results::to_text(record->outcome),
                                record->failure.signal, record->failure.reason);
    }
    ++tally[step.how][end];
  }
  return tally;
}

class FaultsTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ = test_folder();
};

TEST_F(FaultsTest, CostNoGoodResultAndEachEndsAsWhatItIs) {
  if (!limits_memory) GTEST_SKIP() << "AddressSanitizer leaves no address space to limit";
  const std::string mark = fmt::format("PARETUNE_FAULTS_TEST={}", ::getpid());
  ::setenv("PARETUNE_FAULTS_TEST", std::to_string(::getpid()).c_str(), 1);
  const auto steps = shuffled(amount());
  Study study;
  study.build_seconds = 60;
  study.run_seconds = 1;
  study.memory_limit_mib = 1024;
  const auto begin = std::chrono::steady_clock::now();
  std::int64_t before = 0, after = 0;
  {
    results::Store store(folder_ / "faults.db");
    Supervisor supervisor(study, {kWorker}, {10, 100ms, 10000ms});
    for (int i = 0; i < 20; ++i) run(supervisor, store, {"well", -1 - i});
    run(supervisor, store, {"segv", -1});
    before = resident_bytes(::getpid());
    for (const Step& step : steps) run(supervisor, store, step);
    after = resident_bytes(::getpid());
    for (const auto& [how, ends] : read_back(store, steps)) {
      const int planned = how == "well" ? amount().good : amount().each;
      EXPECT_EQ(ends, (std::map<std::string, int>{{"right", planned}})) << how;
    }
  }
  EXPECT_LT(after - before, 10 << 20);
  EXPECT_TRUE(marked(mark).empty());
  EXPECT_TRUE(children_of(::getpid()).empty());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  fmt::print("{} good evaluations, {} faults, resident memory {:+.2f} MiB, {:.0f} s\n",
             amount().good, amount().each * static_cast<int>(faults().size()),
             static_cast<double>(after - before) / (1 << 20), seconds.count());
}

}  // namespace
}  // namespace paretune::harness
