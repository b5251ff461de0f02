// SPDX-License-Identifier: Apache-2.0
#include "harness/canary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "harness/errors.h"
#include "harness/tune.h"
#include "tests/harness/fake_evaluator.h"
#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

using results::Failure;
using results::Outcome;
using testing::HasSubstr;
using CanaryAnswer = std::variant<KernelMeasurement, Failure>;

CanaryAnswer takes(std::int64_t ns) { return KernelMeasurement{{ns + 5, ns, ns + 9}, {}, 0}; }
CanaryAnswer computes_wrongly() { return Failure{Outcome::wrong, "verify", "off by 7", 0}; }

TEST(CanaryWatch, AllowsFivePercentOrTwiceTheFirstSpread) {
  CanaryWatch watch;
  EXPECT_FALSE(watch.slow("cpu", 1e9));  // nothing is expected yet
  watch.expect("cpu", {101, 100, 102});
  EXPECT_EQ(watch.expected("cpu"), 100);
  EXPECT_FALSE(watch.slow("cpu", 104.9));
  EXPECT_TRUE(watch.slow("cpu", 105.1));
  EXPECT_FALSE(watch.slow("opencl:0", 1e9));
  watch.expect("opencl:0", {100, 110, 105});
  EXPECT_FALSE(watch.slow("opencl:0", 119));
  EXPECT_TRUE(watch.slow("opencl:0", 121));
}

TEST(CanaryReading, TakesCpuTimeWhereTheHostIsShared) {
  const KernelMeasurement samples{{70, 50, 90, 60, 80}, {30, 40, 45, 2, 50}, 0};
  EXPECT_EQ(canary_reading(samples, true), 30);
  EXPECT_EQ(canary_reading(samples, false), 60);
  EXPECT_EQ(canary_reading({}, true), 0);
}

class CanaryTest : public testing::Test {
 protected:
  CanaryTest() { study_.canary_every = 4; }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  TuneSummary sweep(FakeEvaluator& fake, results::Store& store) {
    TuneOptions options;
    options.canary_pause = 0;
    return tune(study_, fake, store, options);
  }
  /// Canaries that were not good.
  static std::vector<results::CanaryRecord> bad(const results::Store& store, std::int64_t session) {
    auto rows = store.canaries(session);
    std::erase_if(rows, [](const auto& row) { return row.good; });
    return rows;
  }
  /// Evaluations of a sweep without any canary. (Different points may be one candidate.)
  std::size_t usual_evaluations(const FakeEvaluator& like) {
    results::Store store(folder_ / "usual.db");
    FakeEvaluator fake;
    fake.kernel_ns = like.kernel_ns;
    sweep(fake, store);
    return fake.evaluations.size();
  }

  std::filesystem::path folder_ = test_folder();
  Study study_ = fake_study();
};

TEST_F(CanaryTest, ASteadyOneTakesNothingBack) {
  results::Store store(folder_ / "a.db");
  FakeEvaluator fake;
  fake.canary_says = [](const std::string&) { return takes(1000); };
  const auto summary = sweep(fake, store);
  EXPECT_EQ(fake.evaluations.size(), usual_evaluations(fake));
  EXPECT_TRUE(bad(store, summary.session_id).empty());
  // One per device at the start, and one per four requests or failure.
  EXPECT_GE(store.canaries(summary.session_id).size(), 2U * 7U);
}

TEST_F(CanaryTest, OneHiccupIsNoAlarm) {
  results::Store store(folder_ / "a.db");
  FakeEvaluator fake;
  int asked = 0;
  fake.canary_says = [&](const std::string&) { return takes(++asked % 4 == 0 ? 5000 : 1000); };
  const auto summary = sweep(fake, store);
  EXPECT_EQ(fake.evaluations.size(), usual_evaluations(fake));
  EXPECT_TRUE(bad(store, summary.session_id).empty());
}

TEST_F(CanaryTest, WhatWasMeasuredWhileItWasSlowIsMeasuredAgain) {
  results::Store store(folder_ / "a.db");
  FakeEvaluator fake;
  fake.kernel_ns = [](const KernelRequest&) { return 1000; };  // no failures among kernels
  int slow = 0;
  fake.canary_says = [&](const std::string& device) {
    // Slow for one round of three readings, once nine candidates are measured.
    const bool now = device == "cpu" && fake.evaluations.size() >= 9 && slow < 3;
    if (now) ++slow;
    return takes(now ? 2000 : 1000);
  };
  const auto summary = sweep(fake, store);
  ASSERT_EQ(bad(store, summary.session_id).size(), 1U);
  EXPECT_THAT(bad(store, summary.session_id).front().reason, HasSubstr("100.0 % longer"));
  const std::size_t twice = fake.evaluations.size() - usual_evaluations(fake);
  EXPECT_GE(twice, 1U);
  EXPECT_LE(twice, 4U);
  // Everything counts once in the end, and by what was measured last.
  FakeEvaluator steady;
  results::Store other(folder_ / "b.db");
  steady.kernel_ns = fake.kernel_ns;
  sweep(steady, other);
  EXPECT_EQ(store.candidates().size(), other.candidates().size());
  for (const auto& row : store.candidates()) {
    const auto evaluation = store.latest_evaluation(row.id, 0);
    EXPECT_EQ(row.outcome == Outcome::ok, evaluation.has_value()) << row.point;
  }
}

TEST_F(CanaryTest, ALastingSlownessIsExpectedInTheEnd) {
  results::Store store(folder_ / "a.db");
  FakeEvaluator fake;
  fake.canary_says = [&](const std::string&) {
    return takes(fake.evaluations.size() >= 9 ? 2000 : 1000);
  };
  const auto summary = sweep(fake, store);
  EXPECT_FALSE(summary.interrupted);
  const auto rows = store.canaries(summary.session_id);
  const auto accepted = std::count_if(rows.begin(), rows.end(), [](const auto& row) {
    return row.reason.find("a lasting change") != std::string::npos;
  });
  EXPECT_EQ(accepted, 2);  // one per device
  EXPECT_LE(bad(store, summary.session_id).size(), 2U * 3U);
  EXPECT_EQ(rows.back().expected_ns, 2000);
}

TEST_F(CanaryTest, OneThatRisesForEverEndsTheAlarmsNotTheNight) {
  results::Store store(folder_ / "a.db");
  FakeEvaluator fake;
  double ns = 1000;
  fake.canary_says = [&](const std::string&) {
    return takes(static_cast<std::int64_t>(ns *= 1.1));
  };
  const auto summary = sweep(fake, store);
  EXPECT_FALSE(summary.interrupted);
  EXPECT_THAT(store.canaries(summary.session_id).back().reason, HasSubstr("results are kept"));
}

TEST_F(CanaryTest, ADeviceThatComputesWronglyForGoodIsUsedNoMore) {
  results::Store store(folder_ / "a.db");
  FakeEvaluator fake;
  fake.canary_says = [&](const std::string& device) {
    const bool broken = device == "opencl:0" && fake.evaluations.size() >= 3;
    return broken ? computes_wrongly() : takes(1000);
  };
  const auto summary = sweep(fake, store);
  EXPECT_FALSE(summary.interrupted);
  EXPECT_GE(bad(store, summary.session_id).size(), 3U);
  std::size_t skipped = 0;
  for (const auto& row : store.candidates()) {
    if (row.outcome != Outcome::skipped) continue;
    ++skipped;
    EXPECT_THAT(row.devices(), testing::Contains("opencl:0"));
    EXPECT_THAT(row.failure.reason, HasSubstr("off by 7"));
  }
  EXPECT_GT(skipped, 0U);
}

TEST_F(CanaryTest, TheCandidateThatSpoilsItsDeviceIsFound) {
  results::Store store(folder_ / "a.db");
  FakeEvaluator fake;
  bool spoilt = false;
  const auto bad_one = [](const EvaluateRequest& request) {
    const auto layer = request.candidate.layers.find("L0/a");
    return layer != request.candidate.layers.end() && layer->second.device == "opencl:0" &&
           layer->second.scheme == "int8_channel";
  };
  fake.failure_of = [&](const EvaluateRequest& request) -> std::optional<Failure> {
    if (bad_one(request)) spoilt = true;
    return std::nullopt;
  };
  fake.on_restart = [&] { spoilt = false; };
  fake.canary_says = [&](const std::string& device) {
    return spoilt && device == "opencl:0" ? computes_wrongly() : takes(1000);
  };
  sweep(fake, store);
  std::size_t poisoned = 0;
  for (const auto& row : store.candidates()) {
    if (row.outcome == Outcome::poisoned) ++poisoned;
  }
  EXPECT_GT(poisoned, 0U);
  EXPECT_GT(store.quarantined().size(), 0U);
}

class QuarantineTest : public CanaryTest {
 protected:
  static std::optional<Failure> crashes(const EvaluateRequest& request) {
    const auto layer = request.candidate.layers.find("L1/b");
    if (layer == request.candidate.layers.end() || layer->second.device != "opencl:0") return {};
    return Failure{Outcome::crash, "latency", "the worker was killed by SIGSEGV", 11};
  }
};

TEST_F(QuarantineTest, TwoCrashesKeepACandidateOutOfLaterSessions) {
  results::Store store(folder_ / "a.db");
  FakeEvaluator first;
  first.failure_of = crashes;
  sweep(first, store);
  std::map<std::string, int> tries;
  for (const std::string& text : first.evaluations) ++tries[text];
  std::size_t crashed = 0;
  for (const auto& row : store.candidates()) {
    if (row.outcome != Outcome::crash) continue;
    ++crashed;
    EXPECT_EQ(tries[row.candidate.json()] % 2, 0) << row.point;
  }
  ASSERT_GT(crashed, 0U);
  const auto listed = store.quarantined().size();
  FakeEvaluator second;
  second.failure_of = crashes;
  sweep(second, store);
  for (const std::string& text : second.evaluations) EXPECT_LE(tries[text], 1) << text;
  EXPECT_TRUE(second.kernels.empty());
  // Released, they run again: kernel settings and candidates.
  EXPECT_EQ(store.release_quarantine(""), static_cast<std::int64_t>(listed));
  FakeEvaluator third;
  sweep(third, store);
  EXPECT_FALSE(third.kernels.empty());
  std::size_t again = 0;
  for (const std::string& text : third.evaluations) again += tries[text] > 1 ? 1 : 0;
  EXPECT_GT(again, 0U);
}

TEST_F(QuarantineTest, ALostDeviceIsSkippedAndListed) {
  results::Store store(folder_ / "a.db");
  FakeEvaluator fake;
  fake.before_answer = [&] {
    if (fake.evaluations.size() == 4) fake.lost["opencl:0"] = "a worker on it cannot be killed";
  };
  sweep(fake, store);
  const auto listed = store.quarantined();
  EXPECT_TRUE(std::any_of(listed.begin(), listed.end(), [](const auto& row) {
    return row.device == "opencl:0" && row.reason == "a worker on it cannot be killed";
  }));
  std::size_t skipped = 0;
  for (const auto& row : store.candidates()) skipped += row.outcome == Outcome::skipped ? 1 : 0;
  EXPECT_GT(skipped, 0U);
}

}  // namespace
}  // namespace paretune::harness
