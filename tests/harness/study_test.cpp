// SPDX-License-Identifier: Apache-2.0
#include "harness/study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/errors.h"
#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;

class StudyTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = test_folder();
    fs::create_directories(folder_);
    for (const char* name : {"m.onnx", "x", "y"}) std::ofstream(folder_ / name) << name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  Study load(const std::string& yaml) const {
    std::ofstream(folder_ / "s.yaml") << yaml;
    return load_study(folder_ / "s.yaml");
  }

  std::string error_of(const std::string& yaml) const {
    try {
      load(yaml);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  }

  /// kGood with one piece of text replaced.
  static std::string with(const std::string& from, const std::string& to) {
    std::string text = kGood;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }

  static constexpr const char* kGood = R"(study: s
model: {file: m.onnx}
data:
  sources:
    test: {format: idx, images: x, labels: y}
  splits:
    calibrate: {source: test, hash: [0.0, 0.1]}
    select: {source: test, hash: [0.1, 0.5]}
    report: {source: test, hash: [0.5, 1.0]}
search:
  strategy: exhaustive
  seed: 7
)";

  fs::path folder_;
};

TEST_F(StudyTest, ReadsValuesAndFillsDefaults) {
  const Study study = load(kGood);
  EXPECT_EQ(study.name, "s");
  EXPECT_EQ(study.model_file, folder_ / "m.onnx");
  EXPECT_EQ(study.sources.at("test").images, folder_ / "x");
  EXPECT_EQ(study.splits.at("select").from, 0.1);
  EXPECT_EQ(study.strategy, "exhaustive");
  EXPECT_EQ(study.seed, 7U);
  EXPECT_EQ(study.candidates, 24);
  EXPECT_EQ(study.kernel_strategy, "random");
  EXPECT_EQ(study.threads, std::vector<int>{1});
  EXPECT_EQ(study.objectives.size(), 3U);
}

TEST_F(StudyTest, EveryKeyOfTheSchemaTakesEffect) {
  const std::map<std::string, std::string> other = {{"kernels.trials", "3"},
                                                    {"kernels.trials_by_device", "{cpu: 1}"},
                                                    {"kernels.strategy", "exhaustive"},
                                                    {"measure.threads", "[2]"},
                                                    {"measure.min_samples", "7"},
                                                    {"measure.max_samples", "77"},
                                                    {"measure.seconds", "0.7"},
                                                    {"limits.build_seconds", "7"},
                                                    {"limits.run_seconds", "7"},
                                                    {"limits.memory_mib", "7777"},
                                                    {"limits.canary_every", "7"},
                                                    {"limits.compile_processes", "3"},
                                                    {"measure.cache", "cold"},
                                                    {"measure.scenario", "offline"},
                                                    {"measure.rate", "7"},
                                                    {"measure.bound_ms", "7"},
                                                    {"measure.co_tenants", "1"},
                                                    {"measure.pin", "true"},
                                                    {"confirm.max_pairs", "777"},
                                                    {"confirm.restarts", "7"},
                                                    {"confirm.later_seconds", "7"},
                                                    {"confirm.error_rate", "0.07"},
                                                    {"confirm.finalists", "7"},
                                                    {"confirm.pairs", "77"},
                                                    {"confirm.margin", "0.07"},
                                                    {"confirm.max_accuracy_drop", "0.07"}};
  std::ifstream file(fs::path(PARETUNE_SOURCE_DIR) / "configs/study.schema.json");
  const auto schema = nlohmann::json::parse(file);
  const std::string usual = load(kGood).json();
  for (const char* section : {"kernels", "measure", "limits", "confirm"}) {
    for (const auto& [key, rule] : schema.at("properties").at(section).at("properties").items()) {
      const std::string path = std::string(section) + "." + key;
      ASSERT_TRUE(other.contains(path)) << "add another value of " << path << " to this test";
      const std::string text =
          kGood + (std::string(section) + ": {" + key + ": " + other.at(path) + "}\n");
      EXPECT_NE(load(text).json(), usual) << path << " is read but has no effect";
    }
  }
}

TEST_F(StudyTest, ReadsConstantsAndMetrics) {
  constexpr const char* kArchive = R"({format: npz, file: x, inputs: {a: b}, label: y,
      constants: {h: 0, c: 0.5}, preprocess: {a: {scale: 2}}})";
  const std::string sources = with("{format: idx, images: x, labels: y}", kArchive);
  const std::string metric = "  metric: {name: mean_threshold, output: p, threshold: 0.25}\n";
  const Study study = load(std::string(sources).replace(sources.find("search:"), 0, metric));
  const SourceConfig& source = study.sources.at("test");
  EXPECT_EQ(source.constants.at("c"), 0.5);
  EXPECT_EQ(source.preprocess.at("a").scale, 2);
  EXPECT_EQ(source.preprocess.at("a").std, 1);
  EXPECT_EQ(study.metric, "mean_threshold");
  EXPECT_EQ(study.metric_output, "p");
  EXPECT_EQ(study.metric_threshold, 0.25);
  EXPECT_EQ(Study::from_json(study.json()).json(), study.json());
  EXPECT_EQ(load(sources).metric, "top1");
  const auto with_metric = [&](const std::string& value) {
    return error_of(with("search:", "  metric: " + value + "\nsearch:"));
  };
  EXPECT_EQ(with_metric("{name: top1, output: p}"), "no error");
  EXPECT_THAT(with_metric("top5"), AllOf(HasSubstr("s.yaml:10: "), HasSubstr("known: top1")));
  EXPECT_THAT(with_metric("{name: top5}"), AllOf(HasSubstr("top5"), HasSubstr("mean_threshold")));
  EXPECT_THAT(with_metric("7"), AllOf(HasSubstr("s.yaml:10: "), HasSubstr("cannot be 7")));
  EXPECT_THAT(error_of(with("{file: m.onnx}", "{file: no.onnx, get: tools/make it}")),
              EndsWith("no.onnx' does not exist; make it with: tools/make it"));
}

TEST_F(StudyTest, SurvivesItsJson) {
  const Study study = load(kGood + std::string("constraints: [latency <= 1 ms]\n"
                                               "layers: [{match: 'L0*', schemes: [fp32]}]\n"));
  EXPECT_EQ(study.constraints.at(0).value, 1);
  EXPECT_EQ(study.layers.at(0).schemes, std::vector<std::string>{"fp32"});
  EXPECT_THAT(study.layers.at(0).place, HasSubstr("s.yaml:14: "));
  EXPECT_NE(study.hash("m"), load(kGood).hash("m"));
  EXPECT_EQ(Study::from_json(study.json()).json(), study.json());
  EXPECT_EQ(Study::from_json(study.json()).hash("m"), study.hash("m"));
}

TEST_F(StudyTest, TheHashIsOfContentNotOfPlace) {
  const Study study = load(kGood);
  Study moved = study;
  moved.model_file = "/elsewhere/model.onnx";
  moved.file = "/elsewhere/s.yaml";
  EXPECT_EQ(moved.hash("m"), study.hash("m"));
  EXPECT_NE(study.hash("m"), study.hash("n"));
  moved.seed = 8;
  EXPECT_NE(moved.hash("m"), study.hash("m"));
}

TEST_F(StudyTest, TheShippedStudiesAreValid) {
  for (const char* name : {"fashion_mnist.yaml", "tiny.yaml", "vad.yaml", "minilm.yaml"}) {
    try {
      EXPECT_FALSE(load_study(fs::path(PARETUNE_SOURCE_DIR) / "configs" / name).name.empty());
    } catch (const ConfigError& error) {
      // Images of a Debian package and what tools/get_models makes may be absent; everything else
      // must be right.
      EXPECT_THAT(error.what(), AnyOf(HasSubstr("ubyte.gz' does not exist"),
                                      HasSubstr("; make it with: tools/get_models ")));
    }
  }
}

TEST_F(StudyTest, ErrorsNameFileLineAndKey) {
  EXPECT_THAT(error_of(with("  seed: 7", "  sed: 7")),
              AllOf(HasSubstr("s.yaml:12: unknown key 'sed' in 'search'"), HasSubstr("strategy"),
                    EndsWith("did you mean 'seed'?")));
  EXPECT_THAT(error_of(with("  seed: 7", "  seed: many")),
              AllOf(HasSubstr("s.yaml:12: 'search.seed' must be of type integer, not \"many\"")));
  EXPECT_THAT(error_of(std::string(kGood) + "kernels: {trials_by_device: {'opencl:0': 2}}\n"),
              AllOf(HasSubstr("s.yaml:13: "), HasSubstr("'opencl:0' is not among")));
  EXPECT_THAT(error_of(with("  seed: 7", "  seed: -1")),
              HasSubstr("s.yaml:12: 'search.seed' must be at least 0"));
  EXPECT_THAT(error_of(with("file: m.onnx", "file: no.onnx")),
              AllOf(HasSubstr("s.yaml:2: "), HasSubstr("no.onnx' does not exist")));
  EXPECT_THAT(error_of(with("images: x", "images: gone")),
              AllOf(HasSubstr("s.yaml:5: "), HasSubstr("gone' does not exist")));
  EXPECT_THAT(error_of(with("model: {file: m.onnx}\n", "")), HasSubstr("lacks the key 'model'"));
  EXPECT_THAT(error_of(with(", labels: y", "")),
              AllOf(HasSubstr("s.yaml:5: "), HasSubstr("'labels'")));
  EXPECT_THAT(error_of(with("format: idx", "format: csv")),
              AllOf(HasSubstr("s.yaml:5: "), HasSubstr("csv"), HasSubstr("npz")));
  EXPECT_THAT(
      error_of(with("exhaustive", "exhaustiv")),
      AllOf(HasSubstr("s.yaml:11: unknown strategy 'exhaustiv'"), HasSubstr("'exhaustive'?")));
  EXPECT_THAT(error_of(with("select: {source: test", "select: {source: tset")),
              AllOf(HasSubstr("s.yaml:8: "), HasSubstr("'tset'")));
  EXPECT_THAT(error_of(with("hash: [0.1, 0.5]", "hash: [0.5, 0.1]")), HasSubstr("s.yaml:8: "));
  EXPECT_THAT(error_of(std::string(kGood) + "schemes: [fp33]\n"),
              AllOf(HasSubstr("s.yaml:13: unknown scheme 'fp33'"), HasSubstr("'fp32'?")));
  EXPECT_THAT(error_of(std::string(kGood) + "schemes: [fp32, fp32]\n"), HasSubstr("twice"));
  EXPECT_THAT(error_of(std::string(kGood) + "study: again\n"),
              HasSubstr("s.yaml:13: the key 'study' stands there twice"));
  EXPECT_THAT(error_of(std::string(kGood) + "devices: [cpu\n"), HasSubstr("s.yaml:1"));
  EXPECT_THROW(load_study(folder_ / "absent.yaml"), ConfigError);
  EXPECT_THAT(
      error_of(std::string(kGood) + "constraints:\n  - accuracy >= 0.9\n  - memory <= 2 mb\n"),
      AllOf(HasSubstr("s.yaml:15: unknown unit 'mb'"), HasSubstr("MB")));
  EXPECT_THAT(
      error_of(std::string(kGood) + "layers:\n  - {match: a, schemes: [bf16]}\n"),
      HasSubstr("s.yaml:14: unknown scheme of this study 'bf16' (known: fp32, int8_channel)"));
  EXPECT_THAT(error_of(std::string(kGood) + "layers:\n  - {schemes: [fp32]}\n"),
              HasSubstr("lacks the key 'match'"));
}

}  // namespace
}  // namespace paretune::harness
