// SPDX-License-Identifier: Apache-2.0
// What a study's constraints and rules for layers do to its points, finalists and choice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/errors.h"
#include "harness/objectives.h"
#include "harness/tune.h"
#include "harness/tune_points.h"
#include "tests/harness/fake_evaluator.h"
#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class ConstrainedTuneTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = test_folder();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  results::Store open(const std::string& name) const { return results::Store(folder_ / name); }

  fs::path folder_;
};

/// Every valid point obeys `allowed`, and so do the seeds.
template <typename Allowed>
void expect_everywhere(const Study& study, const Description& description, Allowed allowed) {
  const ModelPoints points(study, description);
  std::vector<Configuration> list = points.seeds();
  for (const Configuration& quick : points.quick()) list.push_back(quick);
  for (std::uint64_t rank = 0; rank < points.space().cardinality(); ++rank) {
    const auto point = points.space().at(rank);
    if (points.space().valid(point)) list.push_back(points.at(point));
  }
  EXPECT_GT(list.size(), 3U);
  for (const Configuration& each : list) EXPECT_TRUE(allowed(each.picks)) << each.point;
}

TEST(LayerRules, NarrowWhatMatchingLayersUse) {
  FakeEvaluator fake;
  Study study = fake_study();
  study.layers = {{"L0/*", {"fp32"}, {}, ""}};
  expect_everywhere(study, fake.description,
                    [](const auto& picks) { return picks.at("L0/a").scheme == "fp32"; });
  study.layers = {{"b", {}, {"opencl:0"}, ""}};  // the node's name
  expect_everywhere(study, fake.description, [](const auto& picks) {
    return picks.at("L1/b") == Pick{"fp32", "opencl:0"};
  });
  study.layers = {{"family:conv", {"int8_channel"}, {}, ""}, {"*", {}, {"cpu"}, ""}};
  const ModelPoints points(study, fake.description);
  EXPECT_EQ(points.space().cardinality(), 1U);
  EXPECT_EQ(points.at({0, 0, 0, 0}).picks.at("L0/a"), (Pick{"int8_channel", "cpu"}));
}

TEST_F(ConstrainedTuneTest, RulesThatCannotHoldNameTheirLine) {
  const auto error_of = [&](const LayerRule& rule) -> std::string {
    Study study = fake_study();
    study.layers = {rule};
    FakeEvaluator fake;
    auto store = open("a.db");
    try {
      tune(study, fake, store);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(error_of({"L1/x*", {"fp32"}, {}, "s.yaml:7: "}),
              testing::StartsWith("s.yaml:7: no layer matches 'L1/x*'; the nearest are L1/b, "));
  EXPECT_THAT(error_of({"family:gemm", {"fp32"}, {}, "s.yaml:7: "}),
              HasSubstr("family:conv, family:max_pool"));
  EXPECT_THAT(error_of({"L1/b", {"int8_channel"}, {"opencl:0"}, "s.yaml:8: "}),
              AllOf(testing::StartsWith("s.yaml:8: "), HasSubstr("'L1/b' no kernel")));
}

TEST_F(ConstrainedTuneTest, SeedsFollowTheMeasuredKernels) {
  auto store = open("a.db");
  FakeEvaluator fake;
  // int8 is the slower kernel on cpu, the faster one on opencl:0, which cannot run L1/b in int8.
  fake.kernel_ns = [](const KernelRequest& request) -> std::int64_t {
    const bool int8 = request.workload == "conv k=1 u8";
    if (request.device == "cpu") return int8 ? 5000 : 3000;
    return int8 ? 1000 : 4000;
  };
  tune(fake_study(), fake, store);
  std::vector<std::string> seeds;
  for (const auto& row : store.candidates()) {
    if (row.origin == "seed" && row.point.starts_with("L0/a.scheme=")) seeds.push_back(row.point);
  }
  const auto point = [](const std::string& a, const std::string& b) {
    const auto both = [](const std::string& id, const std::string& pick) {
      const auto at = pick.find('@');
      return id + ".scheme=" + pick.substr(0, at) + "," + id + ".device=" + pick.substr(at + 1);
    };
    return both("L0/a", a) + "," + both("L1/b", b);
  };
  // Fastest of all; within opencl:0; smallest weights. Within cpu and the steps are uniform fp32.
  EXPECT_THAT(seeds, testing::ElementsAre(point("int8_channel@opencl:0", "fp32@cpu"),
                                          point("int8_channel@opencl:0", "fp32@opencl:0"),
                                          point("int8_channel@opencl:0", "int8_channel@cpu")));
}

TEST_F(ConstrainedTuneTest, ConstraintsFilterFinalistsAndChoice) {
  const auto run = [&](const std::string& bound, const std::string& name) {
    Study study = fake_study();
    study.constraints = {parse_bound(bound)};
    auto store = open(name);
    FakeEvaluator fake;
    const auto summary = tune(study, fake, store);
    for (const auto& row : store.candidates()) {
      if (row.confirmed && row.origin != "baseline") {
        EXPECT_TRUE(may_keep(study.constraints, row.metrics)) << row.point;
      }
    }
    return summary;
  };
  // One layer in fp32 takes 1 ms, in int8 0.3 ms; the baseline 3 ms with the pool.
  EXPECT_TRUE(run("latency <= 2.5 ms", "a.db").best_id.has_value());
  const auto none = run("latency <= 100 us", "b.db");
  EXPECT_FALSE(none.best_id.has_value());
  EXPECT_THAT(none.best_reason, AllOf(testing::StartsWith("nothing to export"),
                                      HasSubstr("which breaks latency <= 100 us (1.6")));
}

TEST(ParseBound, KnowsFieldsUnitsAndFaults) {
  const auto value = [](const char* text) { return parse_bound(text).value; };
  EXPECT_EQ(parse_bound("latency<=1.5 ms").field, "latency_p50_ms");
  EXPECT_EQ(parse_bound("accuracy >= 0.89").at_least, true);
  EXPECT_EQ(value("latency <= 1500us"), 1.5);
  EXPECT_EQ(value("latency_p90_ms <= 0.002 s"), 2);
  EXPECT_EQ(value("memory <= 2"), 2);
  EXPECT_EQ(value("memory <= 2 GiB"), 2048);
  EXPECT_EQ(value("memory <= 1048576 B"), 1);
  EXPECT_DOUBLE_EQ(value("memory <= 1 MB"), 1e6 / 1048576);
  EXPECT_DOUBLE_EQ(value("accuracy >= 89 %"), 0.89);
  EXPECT_EQ(value("accuracy >= -1e-3"), -1e-3);
  const auto error = [](const char* text) -> std::string {
    try {
      parse_bound(text);
    } catch (const std::invalid_argument& fault) {
      return fault.what();
    }
    return "no error";
  };
  EXPECT_THAT(error("acuracy >= 1"), HasSubstr("did you mean 'accuracy'?"));
  EXPECT_THAT(error("memory <= 2 ms"), HasSubstr("unknown unit 'ms' for 'memory_mib'"));
  EXPECT_THAT(error("memory < 2 MiB"), HasSubstr("not of the form"));
  EXPECT_THAT(error("memory <= lots"), HasSubstr("no number"));
  EXPECT_THAT(error("memory <= nan"), HasSubstr("no number"));
  EXPECT_THAT(error(""), HasSubstr("not of the form"));
}

TEST(MarkFront, IsOfTheStudysObjectivesAndConstraints) {
  const auto row = [](double latency, double memory, double accuracy) {
    results::CandidateRow result;
    result.metrics["latency_p50_ms"] = {"latency_p50_ms", latency, latency, latency, 9};
    result.metrics["memory_mib"] = {"memory_mib", memory, memory, memory, 1};
    result.metrics["accuracy"] = {"accuracy", accuracy, accuracy, accuracy, 100};
    return result;
  };
  std::vector<results::CandidateRow> rows{row(1, 9, 0.9), row(2, 1, 0.8), row(3, 5, 0.95)};
  const auto front = [&](const Study& study) {
    mark_front(study, rows);
    return std::vector<bool>{rows[0].on_front, rows[1].on_front, rows[2].on_front};
  };
  Study study = fake_study();
  EXPECT_EQ(front(study), (std::vector<bool>{true, true, true}));
  study.objectives = {"latency_p50_ms"};
  EXPECT_EQ(front(study), (std::vector<bool>{true, false, false}));
  study.constraints = {parse_bound("memory <= 6 MiB")};
  EXPECT_EQ(front(study), (std::vector<bool>{false, true, false}));
}

TEST(ChooseBest, KeepsTheConstraints) {
  const auto baseline = row_of(1, "baseline", 1, 0.01, 0.9);
  Study bounded;
  bounded.constraints = {parse_bound("accuracy >= 0.892")};
  const auto faster = row_of(2, "seed", 0.5, 0.02, 0.891),
             slower = row_of(3, "seed", 0.7, 0.02, 0.9);
  EXPECT_EQ(choose_best(bounded, {baseline, faster, slower}).candidate_id, 3);
  // The baseline breaks it: whatever keeps it is better.
  bounded.constraints = {parse_bound("accuracy >= 0.91")};
  const auto better = row_of(4, "search", 1.2, 0.02, 0.92);
  EXPECT_EQ(choose_best(bounded, {baseline, faster, better}).candidate_id, 4);
  const auto none = choose_best(bounded, {baseline, faster});
  EXPECT_EQ(none.candidate_id, 0);
  EXPECT_THAT(none.reason, HasSubstr("candidate 1, which breaks accuracy >= 0.91 (0.9)"));
}

}  // namespace
}  // namespace paretune::harness
