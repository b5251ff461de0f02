// SPDX-License-Identifier: Apache-2.0
#include "harness/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "harness/accuracy.h"
#include "harness/errors.h"
#include "tests/harness/test_folder.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;
using model::ElementType;
using testing::HasSubstr;

class DatasetTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = test_folder();
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Runs Python with numpy as np and the test's folder as `d`.
  void python(const std::string& code) const {
    const fs::path script = folder_ / "script.py";
    std::ofstream(script) << "import gzip, struct\nimport numpy as np\nd = '" << folder_.string()
                          << "/'\n"
                          << code;
    ASSERT_EQ(std::system((std::string(PARETUNE_PYTHON) + " " + script.string()).c_str()), 0);
  }

  template <typename Work>
  static void expect_error(const Work& work, const std::vector<std::string>& parts) {
    try {
      work();
      ADD_FAILURE() << "no error";
    } catch (const ConfigError& error) {
      for (const std::string& part : parts) EXPECT_THAT(error.what(), HasSubstr(part));
    }
  }

  static model::Graph graph_of(const model::Shape& shape, ElementType type = ElementType::f32) {
    model::Graph graph;
    graph.inputs = {{"image", type, shape, {}}};
    return graph;
  }

  fs::path folder_;
};

TEST_F(DatasetTest, ReadsWhatNumpyWrote) {
  python(
      "np.savez(d + 'a.npz', f=np.arange(6, dtype='f4').reshape(2, 3) / 7, i=np.array([1, -2], "
      "'i8'),"
      " u=np.array([[[255]]], 'u1'), b=np.array([True, False]), s=np.float64(2.5), e=np.zeros((0, "
      "3)))\n"
      "np.savez_compressed(d + 'c.npz', f=np.ones((100, 100), 'f4'))\n");
  const auto arrays = read_npz(folder_ / "a.npz");
  ASSERT_EQ(arrays.size(), 6U);
  EXPECT_EQ(arrays.at("f").shape(), (model::Shape{2, 3}));
  EXPECT_EQ(arrays.at("f").data<float>()[5], 5.0F / 7);
  EXPECT_EQ(arrays.at("i").data<std::int64_t>()[1], -2);
  EXPECT_EQ(arrays.at("u").shape(), (model::Shape{1, 1, 1}));
  EXPECT_EQ(arrays.at("b").type(), ElementType::boolean);
  EXPECT_EQ(arrays.at("s").rank(), 0U);
  EXPECT_EQ(arrays.at("s").data<double>()[0], 2.5);
  EXPECT_EQ(arrays.at("e").count(), 0U);
  EXPECT_EQ(read_npz(folder_ / "c.npz").at("f").data<float>()[9999], 1.0F);
}

TEST_F(DatasetTest, RefusesArraysItCannotRead) {
  python(
      "np.savez(d + 'fortran.npz', x=np.asfortranarray(np.ones((2, 3), 'f4')))\n"
      "np.savez(d + 'big.npz', x=np.ones(2, '>f4'))\n"
      "np.savez(d + 'record.npz', x=np.zeros(2, [('a', 'f4')]))\n"
      "np.savez(d + 'whole.npz', x=np.random.default_rng(0).random(1000))\n"
      "b = open(d + 'whole.npz', 'rb').read()\n"
      "open(d + 'truncated.npz', 'wb').write(b[:len(b) // 2])\n"
      "open(d + 'text.npz', 'w').write('hello')\n");
  const auto read = [&](const char* name) { return [this, name] { read_npz(folder_ / name); }; };
  expect_error(read("fortran.npz"), {"fortran.npz", "'x.npy'", "Fortran"});
  expect_error(read("big.npz"), {">f4"});
  expect_error(read("record.npz"), {"structured"});
  expect_error(read("truncated.npz"), {"truncated.npz", "not a readable .npz"});
  expect_error(read("text.npz"), {"text.npz"});
  expect_error(read("missing.npz"), {"missing.npz"});
}

TEST_F(DatasetTest, ReadsIdxPlainAndCompressed) {
  python(
      "b = struct.pack('>HBBIII', 0, 8, 3, 2, 2, 3) + bytes(range(12))\n"
      "open(d + 'plain', 'wb').write(b)\n"
      "gzip.open(d + 'zipped.gz', 'wb').write(b)\n"
      "open(d + 'short', 'wb').write(b[:-1])\n"
      "z = open(d + 'zipped.gz', 'rb').read()\n"
      "open(d + 'short.gz', 'wb').write(z[:-12])\n"
      "open(d + 'floats', 'wb').write(struct.pack('>HBBI', 0, 13, 1, 1) + bytes(4))\n");
  for (const char* name : {"plain", "zipped.gz"}) {
    const model::Tensor tensor = read_idx(folder_ / name);
    EXPECT_EQ(tensor.shape(), (model::Shape{2, 2, 3}));
    EXPECT_EQ(tensor.data<std::uint8_t>()[11], 11);
  }
  const auto read = [&](const char* name) { return [this, name] { read_idx(folder_ / name); }; };
  expect_error(read("short"), {"short", "truncated"});
  expect_error(read("short.gz"), {"short.gz", "truncated"});
  expect_error(read("floats"), {"floats", "unsigned bytes"});
  expect_error(read("missing"), {"missing"});
}

TEST_F(DatasetTest, TurnsBytesIntoModelInputs) {
  python(
      "open(d + 'x', 'wb').write(struct.pack('>HBBIII', 0, 8, 3, 3, 1, 2) + bytes([0, 255, 10, 20, "
      "30, 40]))\n"
      "open(d + 'y', 'wb').write(struct.pack('>HBBI', 0, 8, 1, 3) + bytes([7, 8, 9]))\n");
  Study study;
  SourceConfig source;
  source.format = "idx";
  source.images = folder_ / "x";
  source.labels = folder_ / "y";
  study.sources["s"] = source;
  study.preprocess = {1.0 / 255, 0.5, 0.25};
  const auto data = open_source(study, "s", graph_of({1, 1, 1, 2}));
  EXPECT_EQ(data->size(), 3U);
  EXPECT_EQ(data->label(2), 9);
  const auto inputs = data->inputs({2, 0});
  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_EQ(inputs[0].shape(), (model::Shape{2, 1, 1, 2}));
  EXPECT_FLOAT_EQ(inputs[0].data<float>()[0], (30 / 255.0F - 0.5F) / 0.25F);
  EXPECT_FLOAT_EQ(inputs[0].data<float>()[3], 2.0F);

  expect_error([&] { open_source(study, "s", graph_of({1, 3, 32, 32})); }, {"[1,2]", "[3,32,32]"});
  expect_error([&] { open_source(study, "nowhere", graph_of({1, 2})); }, {"nowhere"});
  study.sources["s"].labels = folder_ / "x";
  expect_error([&] { open_source(study, "s", graph_of({1, 2})); }, {"labels", "[3,1,2]"});
}

TEST_F(DatasetTest, FeedsSeveralInputsFromAnArchive) {
  python("np.savez(d + 'a.npz', ids=np.arange(8, dtype='i8').reshape(2, 4), y=np.array([1, 0]))\n");
  Study study;
  SourceConfig source;
  source.format = "npz";
  source.file = folder_ / "a.npz";
  source.inputs = {{"image", "ids"}};
  source.label = "y";
  study.sources["s"] = source;
  const auto data = open_source(study, "s", graph_of({1, 4}, ElementType::i64));
  EXPECT_EQ(data->inputs({1})[0].data<std::int64_t>()[0], 4);
  expect_error(
      [&] {
        open_source(study, "s", graph_of({1, 4}, ElementType::f32));
      },
      {"i64", "f32"});
}

/// A source of a.npz whose label array is `y`.
SourceConfig archive(const fs::path& folder, std::map<std::string, std::string> inputs) {
  SourceConfig source;
  source.format = "npz";
  source.file = folder / "a.npz";
  source.inputs = std::move(inputs);
  source.label = "y";
  return source;
}

TEST_F(DatasetTest, ASampleMayFillTheWholeInput) {
  python(
      "np.savez(d + 'a.npz', w=np.arange(-6, 6, dtype='i2').reshape(2, 2, 3), y=np.array([True, "
      "False]), other=np.array(['text']))\n");
  model::Graph graph;
  graph.inputs = {{"audio", ElementType::f32, {2, 3}, {}},
                  {"h", ElementType::f32, {1, 1, 2}, {}},
                  {"n", ElementType::i64, {}, {}}};
  Study study;
  study.preprocess.scale = 100;
  study.sources["s"] = archive(folder_, {{"audio", "w"}});
  study.sources["s"].constants = {{"h", 0.25}, {"n", 7}};
  study.sources["s"].preprocess["audio"] = {0.5, 1, 2};
  const auto data = open_source(study, "s", graph);
  EXPECT_EQ(data->batch(), 1U);
  EXPECT_EQ(data->label(0), 1);
  const auto inputs = data->inputs({1});
  ASSERT_EQ(inputs.size(), 3U);
  EXPECT_EQ(inputs[0], model::Tensor::of<float>({2, 3}, {-0.5F, -0.25F, 0, 0.25F, 0.5F, 0.75F}));
  EXPECT_EQ(inputs[1], model::Tensor::of<float>({1, 1, 2}, {0.25F, 0.25F}));
  EXPECT_EQ(inputs[2], model::Tensor::of<std::int64_t>({}, {7}));

  const auto opened = [&] { open_source(study, "s", graph); };
  graph.inputs[0].shape = {2, 4};
  expect_error(opened, {"a.npz", "'w'", "[2,3]", "[2,4]"});
  graph.inputs[0].shape = {2, 3};
  study.sources["s"].constants["n"] = 0.5;
  expect_error(opened, {"'n'", "i64", "0.5"});
  study.sources["s"].constants = {{"h", 0}};
  expect_error(opened, {"no constant", "'n'"});
  study.sources["s"].constants = {{"h", 0}, {"n", 0}, {"m", 0}};
  expect_error(opened, {"'m'", "no such input"});
}

TEST_F(DatasetTest, TheFirstDimensionMayBeTheBatch) {
  python(
      "np.savez(d + 'a.npz', x=np.arange(9, dtype='f8').reshape(3, 3), y=np.arange(3, "
      "dtype='u2'))");
  Study study;
  study.sources["s"] = archive(folder_, {{"image", "x"}});
  const auto data = open_source(study, "s", graph_of({2, 3}));
  EXPECT_EQ(data->batch(), 2U);
  EXPECT_EQ(data->inputs({2, 0})[0], model::Tensor::of<float>({2, 3}, {6, 7, 8, 0, 1, 2}));
  EXPECT_EQ(open_source(study, "s", graph_of({1, 3}))->batch(), 1U);
  expect_error(
      [&] {
        open_source(study, "s", graph_of({2, 4}));
      },
      {"[3]", "[2,4]", "[4], 2 at once"});
  using Batches = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(in_batches({5, 6, 7}, 2), (Batches{{5, 6}, {7, 7}}));
  EXPECT_EQ(in_batches({5, 6}, 1), (Batches{{5}, {6}}));
}

TEST_F(DatasetTest, IntegersAreWidenedWhenAllValuesFit) {
  python(
      "np.savez(d + 'a.npz', ids=np.array([[1, -70000]], 'i4'), mask=np.array([[1, 0]], 'u1'), "
      "y=np.array([0], 'u8'))\n");
  Study study;
  study.sources["s"] = archive(folder_, {{"ids", "ids"}, {"mask", "mask"}});
  model::Graph graph;
  graph.inputs = {{"ids", ElementType::i64, {1, 2}, {}},
                  {"mask", ElementType::boolean, {1, 2}, {}}};
  const auto inputs = open_source(study, "s", graph)->inputs({0});
  EXPECT_EQ(inputs[0], model::Tensor::of<std::int64_t>({1, 2}, {1, -70000}));
  EXPECT_TRUE(inputs[1].data<bool>()[0]);
  EXPECT_FALSE(inputs[1].data<bool>()[1]);
  for (const ElementType narrow : {ElementType::i16, ElementType::u64}) {
    graph.inputs[0].type = narrow;
    expect_error([&] { open_source(study, "s", graph); }, {"'ids'", "cannot hold -70000"});
  }
}

TEST(Scoring, AnswersByHighestScoreOrMean) {
  model::Graph graph;
  graph.outputs = {{"h", ElementType::i64, {2, 5}, {}},
                   {"p", ElementType::f32, {2, 3}, {}},
                   {"class", ElementType::i64, {2}, {}}};
  const std::vector<model::Tensor> outputs = {
      model::Tensor(ElementType::i64, {2, 5}),
      model::Tensor::of<float>({2, 3}, {0.9F, 0.2F, 0.3F, 0.1F, 0.7F, 0.7F}),
      model::Tensor::of<std::int64_t>({2}, {4, 2})};
  Study study;
  EXPECT_THROW(Scoring(study, graph, 2), ConfigError);  // the first output holds no scores
  study.metric_output = "p";
  EXPECT_EQ(Scoring(study, graph, 2).answer(outputs, 0), 0);
  EXPECT_EQ(Scoring(study, graph, 2).answer(outputs, 1), 1);
  study.metric = "mean_threshold";
  study.metric_threshold = 0.48;
  EXPECT_EQ(Scoring(study, graph, 2).answer(outputs, 0), 0);
  EXPECT_EQ(Scoring(study, graph, 2).answer(outputs, 1), 1);
  EXPECT_EQ(Scoring(study, graph, 1).answer(outputs, 0), 1);  // the mean of all six
  study.metric_output = "class";
  EXPECT_THROW(Scoring(study, graph, 2), ConfigError);
  study.metric = "top1";
  EXPECT_EQ(Scoring(study, graph, 2).answer(outputs, 1), 2);
  study.metric_output = "q";
  try {
    Scoring(study, graph, 2);
    ADD_FAILURE() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("'q'"), HasSubstr("h, p, class")));
  }
}

TEST(Splits, AreDisjointStableAndOfTheirShare) {
  Study study;
  study.splits["select"] = {"s", 0, 0.0, 0.3};
  study.splits["report"] = {"s", 0, 0.3, 1.0};
  study.splits["calibrate"] = {"other", 10, 0, 1};
  const auto select = split_indices(study, "select", 10000);
  const auto report = split_indices(study, "report", 10000);
  EXPECT_EQ(select.size() + report.size(), 10000U);
  EXPECT_NEAR(static_cast<double>(select.size()), 3000, 150);
  std::set<std::size_t> all(select.begin(), select.end());
  all.insert(report.begin(), report.end());
  EXPECT_EQ(all.size(), 10000U);
  EXPECT_EQ(split_indices(study, "calibrate", 100).size(), 10U);
  EXPECT_NO_THROW(check_disjoint(study, {{"s", 1000}, {"other", 100}}));
  // Computed with Python's hashlib; results of other versions rest on these very samples.
  EXPECT_EQ(split_indices(study, "select", 10), (std::vector<std::size_t>{7, 0, 6}));

  study.splits["calibrate"] = {"s", 10, 0, 1};
  EXPECT_THROW(check_disjoint(study, {{"s", 1000}}), ConfigError);
  EXPECT_THROW(split_indices(study, "absent", 10), ConfigError);
  study.splits["select"].to = 1e-9;
  EXPECT_THROW(split_indices(study, "select", 10), ConfigError);
}

}  // namespace
}  // namespace paretune::harness
