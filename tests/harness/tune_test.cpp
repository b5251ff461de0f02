// SPDX-License-Identifier: Apache-2.0
#include "harness/tune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/errors.h"
#include "harness/tune_points.h"
#include "harness/tune_state.h"
#include "search/strategy.h"
#include "tests/harness/fake_evaluator.h"
#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TuneTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = test_folder();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  results::Store open(const std::string& name) const { return results::Store(folder_ / name); }

  /// "point = outcome" of every candidate and key of every kernel row.
  static std::multiset<std::string> content(const results::Store& store) {
    std::multiset<std::string> lines;
    for (const auto& row : store.candidates()) {
      lines.insert(row.point + " = " + std::string(results::to_text(row.outcome)) + " " + row.hash);
    }
    for (const auto& row : store.kernels("", "")) lines.insert(row.key());
    return lines;
  }

  fs::path folder_;
};

TEST_F(TuneTest, EvaluatesExactlyThePlannedCandidates) {
  auto store = open("a.db");
  FakeEvaluator fake;
  const TuneSummary summary = tune(fake_study(), fake, store);
  EXPECT_TRUE(fake.parameters_set);
  std::vector<std::string> points;
  for (const auto& row : store.candidates()) {
    if (!row.point.starts_with("L0/a.scheme=")) points.push_back(row.point);
  }
  EXPECT_THAT(points, testing::UnorderedElementsAre(
                          "baseline", "uniform scheme=int8_channel device=cpu kernels=default",
                          "uniform scheme=fp32 device=opencl:0 kernels=default",
                          "uniform scheme=fp32 device=cpu kernels=tuned",
                          "uniform scheme=fp32 device=opencl:0 kernels=tuned",
                          "uniform scheme=int8_channel device=cpu kernels=tuned",
                          "uniform scheme=int8_channel device=opencl:0 kernels=tuned",
                          "all scheme=int8_channel device=cpu kernels=tuned but L0/a fp32",
                          "all scheme=int8_channel device=cpu kernels=tuned but L1/b fp32",
                          "split scheme=fp32 device=cpu then=opencl:0 at=1 kernels=tuned",
                          "split scheme=fp32 device=opencl:0 then=cpu at=1 kernels=tuned"));
  // 2 layers x 2 schemes x 2 devices without L1/b in int8 on opencl:0: 12 points, of which 7 are
  // such seeds; the seeds made of kernel times and the search share the other 5.
  EXPECT_EQ(store.candidates().size(), 11U + 5U);
  EXPECT_EQ(summary.candidates, 16);
  EXPECT_EQ(summary.failed, 1);
  for (const auto& row : store.candidates()) {
    EXPECT_EQ(row.outcome == results::Outcome::unsupported,
              row.point == "uniform scheme=int8_channel device=opencl:0 kernels=tuned");
  }
  // Accuracy is scored once per set of schemes, and once more per contest: the finalist and the
  // baseline against itself.
  EXPECT_EQ(fake.scored, 4 + 2);
  EXPECT_EQ(store.last_session(summary.study_id)->state, "done");
}

TEST_F(TuneTest, TunedCandidatesUseTheFastestVerifiedKernels) {
  auto store = open("a.db");
  FakeEvaluator fake;
  tune(fake_study(), fake, store);
  const auto fastest = store.kernels("conv k=1", "cpu").front();
  EXPECT_EQ(fastest.outcome, results::Outcome::ok);
  for (const auto& row : store.candidates()) {
    if (row.point == "uniform scheme=fp32 device=cpu kernels=tuned") {
      EXPECT_EQ(model::to_text(row.candidate.layers.at("L0/a").knobs), fastest.knobs);
    }
    if (row.point == "baseline") {
      EXPECT_EQ(model::to_text(row.candidate.layers.at("L0/a").knobs), "bm=1");
    }
  }
  // Default and two trials of four searched tasks, one setting of the one without knobs.
  EXPECT_EQ(fake.settings().size(), 4U * 3U + 1U);
}

TEST(PickSetting, LeavesTheDefaultOnlyForWhatIsProvenFaster) {
  const auto setting = [](const std::string& knobs, double lo, double p50, double hi) {
    results::KernelRecord record;
    record.kernel = "k";
    record.knobs = knobs;
    record.lo_ns = lo;
    record.p50_ns = p50;
    record.hi_ns = hi;
    return record;
  };
  const auto usual = setting("bm=1", 95, 100, 105);
  const auto noise = setting("bm=2", 80, 90, 97);
  const auto faster = setting("bm=4", 70, 80, 90);
  EXPECT_EQ(pick_setting({noise, usual}, "k", "bm=1")->knobs, "bm=1");
  EXPECT_EQ(pick_setting({faster, noise, usual}, "k", "bm=1")->knobs, "bm=4");
  EXPECT_EQ(pick_setting({usual, noise, faster}, "k", "bm=1")->knobs, "bm=4");
  EXPECT_EQ(pick_setting({noise, faster}, "k", "bm=1")->knobs, "bm=4");  // the default failed
  EXPECT_EQ(pick_setting({}, "k", "bm=1"), nullptr);
}

TEST_F(TuneTest, TrialsMayDifferByDevice) {
  auto store = open("a.db");
  FakeEvaluator fake;
  Study study = fake_study();
  study.kernel_trials_by_device["opencl:0"] = 0;
  tune(study, fake, store);
  for (const std::string& request : fake.kernels) {
    if (request.find("opencl:0") == std::string::npos) continue;
    EXPECT_THAT(request, HasSubstr("bm=1"));
  }
  EXPECT_LT(fake.settings().size(), 4U * 3U + 1U);
}

TEST_F(TuneTest, ConfirmsFinalistsAndTheBaselineOnTheReportSplit) {
  auto store = open("a.db");
  FakeEvaluator fake;
  const TuneSummary summary = tune(fake_study(), fake, store);
  ASSERT_GE(fake.confirmations.size(), 2U);
  for (const EvaluateRequest& request : fake.confirmations) {
    EXPECT_EQ(request.pairs, 12);
    EXPECT_TRUE(request.known_accuracy.empty());
  }
  ASSERT_TRUE(summary.best_id.has_value());
  const auto best = store.find_candidate(*summary.best_id);
  EXPECT_TRUE(best->confirmed);
  EXPECT_TRUE(best->metrics.contains("accuracy_report"));
  EXPECT_TRUE(best->metrics.contains("accuracy"));
  EXPECT_THAT(summary.best_reason, HasSubstr("win: "));
  EXPECT_EQ(best->schemes(), (std::vector<std::string>{"fp32", "int8_channel"}));
  ASSERT_TRUE(best->comparison.has_value());
  EXPECT_EQ(best->comparison->verdict, "win");
  EXPECT_EQ(best->comparison->blocks, 2);
  EXPECT_EQ(best->comparison->pairs, 24);
  const auto control = store.comparisons(summary.study_id, "aa");
  ASSERT_EQ(control.size(), 1U);
  EXPECT_EQ(control.front().verdict, "same");
  EXPECT_EQ(control.front().candidate_id, summary.baseline_id);
}

/// A machine on which whoever is timed first in a pair seems faster.
class Biased : public FakeEvaluator {
  std::variant<results::Measurement, results::Failure> evaluate(
      const EvaluateRequest& request) override {
    auto answer = FakeEvaluator::evaluate(request);
    auto& measured = std::get<results::Measurement>(answer);
    for (auto& sample : measured.incumbent_wall_ns) sample = sample * 12 / 10;
    return answer;
  }
};

TEST_F(TuneTest, WinsAreDistrustedWhenTheBaselineBeatsItself) {
  auto store = open("a.db");
  Biased biased;
  const TuneSummary summary = tune(fake_study(), biased, store);
  EXPECT_EQ(store.comparisons(summary.study_id, "aa").front().verdict, "win");
  for (const auto& comparison : store.comparisons(summary.study_id, "finalist")) {
    EXPECT_EQ(comparison.verdict, "inconclusive");
  }
  EXPECT_EQ(summary.best_id, summary.baseline_id);
  EXPECT_THAT(summary.best_reason, HasSubstr("compared with itself"));
}

TEST_F(TuneTest, IsDeterministic) {
  for (const char* strategy : {"random", "exhaustive", "evolutionary"}) {
    auto first = open(std::string(strategy) + "1.db");
    auto second = open(std::string(strategy) + "2.db");
    FakeEvaluator a, b;
    tune(fake_study(strategy), a, first);
    tune(fake_study(strategy), b, second);
    EXPECT_EQ(content(first), content(second));
    EXPECT_EQ(a.evaluations, b.evaluations);
    EXPECT_EQ(a.kernels, b.kernels);
  }
}

TEST_F(TuneTest, ExhaustiveCoversTheWholeSpace) {
  Study study = fake_study("exhaustive");
  study.candidates = 100;
  auto store = open("a.db");
  FakeEvaluator fake;
  tune(study, fake, store);
  const ModelPoints points(study, fake.description);
  std::set<std::string> seen;
  for (const auto& row : store.candidates()) {
    std::string text;
    for (const auto& [id, choice] : row.candidate.layers)
      text += id + choice.scheme + choice.device;
    if (row.outcome == results::Outcome::ok) seen.insert(text);
  }
  EXPECT_EQ(points.space().cardinality(), 16U);
  EXPECT_EQ(seen.size(), 12U);
}

class ResumeTest : public TuneTest, public testing::WithParamInterface<std::string> {};

TEST_P(ResumeTest, AtEveryCutGivesWhatAnUninterruptedRunGives) {
  const Study study = fake_study(GetParam());
  auto whole = open("whole.db");
  FakeEvaluator uncut;
  tune(study, uncut, whole);
  const std::size_t kernels = uncut.kernels.size();
  const std::size_t evaluations = uncut.evaluations.size();
  const std::size_t total = kernels + evaluations + uncut.confirmations.size();
  for (std::size_t cut = 1; cut <= total; cut += 2) {
    auto store = open("cut" + std::to_string(cut) + ".db");
    FakeEvaluator fake;
    std::atomic<bool> stop = false;
    std::size_t requests = 0;
    // Every other cut is a kill: the request in flight is lost, and no one ends the session in
    // order.
    const bool kill = cut % 4 == 1;
    fake.before_answer = [&] {
      if (++requests != cut) return;
      if (kill) throw std::runtime_error("killed");
      stop = true;
    };
    if (kill) {
      EXPECT_THROW(tune(study, fake, store), std::runtime_error);
    } else {
      EXPECT_TRUE(tune(study, fake, store, {false, nullptr, &stop}).interrupted);
    }
    fake.before_answer = nullptr;
    EXPECT_THROW(tune(study, fake, store), ConfigError);
    const std::size_t confirmed = fake.confirmations.size();
    const TuneSummary summary = tune(study, fake, store, {true, nullptr, nullptr});
    EXPECT_FALSE(summary.interrupted);
    EXPECT_EQ(content(store), content(whole)) << "cut at request " << cut;
    EXPECT_EQ(fake.settings(), uncut.settings());
    EXPECT_EQ(fake.evaluations.size(), evaluations) << "cut at request " << cut;
    // Pairs are fresh: a confirmation that was cut short begins anew.
    EXPECT_EQ(fake.confirmations.size() - confirmed, uncut.confirmations.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Tune, ResumeTest, testing::Values("random", "exhaustive", "evolutionary"),
                         [](const auto& tested) { return tested.param; });

TEST_F(TuneTest, ResumingAFinishedStudyRepeatsNothing) {
  auto store = open("a.db");
  FakeEvaluator first, second, third;
  const auto before = tune(fake_study(), first, store);
  const auto after = tune(fake_study(), second, store, {true, nullptr, nullptr});
  EXPECT_TRUE(second.evaluations.empty());
  EXPECT_TRUE(second.kernels.empty());
  EXPECT_EQ(after.best_id, before.best_id);
  // Nor does resuming it once more, after a resume that was killed at once.
  std::atomic<bool> stop = true;
  FakeEvaluator again;
  tune(fake_study(), again, store, {true, nullptr, &stop});
  tune(fake_study(), again, store, {true, nullptr, nullptr});
  EXPECT_TRUE(again.evaluations.empty());
  EXPECT_EQ(store.sessions().size(), 1U);
  // Without --resume a finished study is measured anew; kernels are never tuned twice.
  tune(fake_study(), third, store);
  EXPECT_EQ(third.evaluations.size(), first.evaluations.size());
  EXPECT_TRUE(third.kernels.empty());
}

TEST_F(TuneTest, AFailingBaselineEndsTheStudyWithItsReason) {
  class Failing : public FakeEvaluator {
    std::variant<results::Measurement, results::Failure> evaluate(const EvaluateRequest&) override {
      return results::Failure{results::Outcome::wrong, "verify", "off by one", 0};
    }
  } failing;
  auto store = open("a.db");
  try {
    tune(fake_study(), failing, store);
    FAIL();
  } catch (const WorkerError& error) {
    EXPECT_THAT(error.what(), HasSubstr("off by one"));
  }
  EXPECT_EQ(store.sessions().front().state, "interrupted");
}

TEST(ModelPoints, ConstraintsExcludeExactlyWhatHasNoKernel) {
  FakeEvaluator fake;
  Study study = fake_study();
  study.schemes = {"fp32", "bf16", "int8_tensor", "int8_channel"};
  study.devices = {"cpu", "opencl:0", "opencl:1"};
  fake.description.layers.resize(1);
  auto& defaults = fake.description.defaults;
  defaults.clear();
  // Every set of available pairs of 4 x 3: the constraint's sign must be right for each.
  for (unsigned mask = 1; mask < 1U << 12; mask += 37) {
    defaults.clear();
    for (unsigned i = 0; i < 12; ++i) {
      if ((mask >> i & 1U) == 0) continue;
      defaults[study.schemes[i / 3] + "|" + study.devices[i % 3] + "|L0/a"] = {};
    }
    const ModelPoints points(study, fake.description);
    const auto& space = points.space();
    std::size_t valid = 0;
    for (std::uint64_t rank = 0; rank < space.cardinality(); ++rank) {
      const auto point = space.at(rank);
      const Pick pick = points.at(point).picks.at("L0/a");
      const bool usable = defaults.contains(pick.scheme + "|" + pick.device + "|L0/a");
      EXPECT_EQ(space.valid(point), usable) << mask;
      if (usable) ++valid;
    }
    EXPECT_EQ(valid, defaults.size());
  }
}

TEST(ChooseBest, TakesOnlyAProvenWinOfEnoughAccuracy) {
  const Study study;
  const auto baseline = row_of(1, "baseline", 1, 0.01, 0.9);
  EXPECT_EQ(choose_best(study, {baseline, row_of(2, "seed", 0.5, 0.02, 0.895),
                                row_of(3, "search", 0.3, 0.02, 0.85)})
                .candidate_id,
            2);
  const auto open = choose_best(study, {baseline, row_of(2, "seed", 0.97, 0.04, 0.9)});
  EXPECT_EQ(open.candidate_id, 1);
  EXPECT_THAT(open.reason, HasSubstr("inconclusive"));
  EXPECT_THAT(open.reason, testing::MatchesRegex(".*about 5 more pairs would settle it"));
  auto unconfirmed = row_of(2, "seed", 0.2, 0.01, 0.9);
  unconfirmed.confirmed = false;
  EXPECT_EQ(choose_best(study, {baseline, unconfirmed}).candidate_id, 1);
  EXPECT_EQ(choose_best(study, {}).candidate_id, 0);
}

}  // namespace
}  // namespace paretune::harness
