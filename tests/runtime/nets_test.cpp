// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/errors.h"
#include "model/onnx/reader.h"
#include "model/onnx/writer.h"
#include "model/ops/evaluate.h"
#include "runtime/session.h"
#include "tests/model/python.h"
#include "tests/runtime/fixtures.h"

// Small networks in the style of real ones (make_nets.py), against ONNX Runtime.
namespace paretune::runtime {
namespace {

namespace fs = std::filesystem;
using Tensors = std::vector<model::Tensor>;

constexpr double kAbsolute = 1e-5, kRelative = 1e-3;
/// Share of the largest output by which quantized models may differ: a value beside a rounding
/// boundary may fall on the other side in one early layer.
constexpr double kQuantizedShare = 0.03;
const std::vector<std::string> kQuantized = {"speech", "text",    "residual",
                                             "mobile", "letters", "older"};

Tensors read_tensors(const fs::path& folder, const std::string& kind) {
  Tensors tensors;
  for (int k = 0;; ++k) {
    const fs::path file = folder / (kind + "_" + std::to_string(k) + ".pb");
    if (!fs::exists(file)) return tensors;
    tensors.push_back(model::read_tensor(file));
  }
}

/// f32 within the tolerance, all else equal; "" or what differs.
std::string differs(const Tensors& actual, const Tensors& expected, double absolute,
                    double relative) {
  if (actual.size() != expected.size()) return "another number of outputs";
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const std::string which = "output " + std::to_string(k) + " ";
    if (actual[k].shape() != expected[k].shape()) return which + model::to_text(actual[k].shape());
    if (actual[k].type() != expected[k].type()) return which + "has another type";
    if (expected[k].type() != model::ElementType::f32) {
      if (actual[k] != expected[k]) return which + "is not equal";
      continue;
    }
    const auto a = actual[k].data<float>(), b = expected[k].data<float>();
    for (std::size_t i = 0; i < b.size(); ++i) {
      const double error = std::abs(static_cast<double>(a[i]) - b[i]);
      if (!(error <= absolute + relative * std::abs(b[i]))) {
        return which + "[" + std::to_string(i) + "] is " + std::to_string(a[i]) + ", not " +
               std::to_string(b[i]);
      }
    }
  }
  return "";
}

double largest(const Tensors& tensors) {
  double most = 0;
  for (const auto& tensor : tensors) {
    if (tensor.type() != model::ElementType::f32) continue;
    for (const float value : tensor.data<float>()) {
      most = std::max(most, static_cast<double>(std::abs(value)));
    }
  }
  return most;
}

class Nets : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = model::fresh_folder(std::string("nets_") +
                                  testing::UnitTest::GetInstance()->current_test_info()->name());
    model::run_python("../runtime/make_nets.py", {folder_.string()});
  }

  fs::path file(const std::string& net) const { return folder_ / net / "float.onnx"; }
  fs::path case_folder(const std::string& net, int index) const {
    return folder_ / net / std::to_string(index);
  }
  Tensors inputs(const std::string& net, int index) const {
    return read_tensors(case_folder(net, index), "input");
  }

  LoadedModel calibrated(const std::string& net) const {
    LoadedModel model = load_model(file(net));
    model::Ranges ranges;
    for (int index = 0; index < 4; ++index) {
      model::evaluate(model.graph, inputs(net, index),
                      [&](const std::string& name, const model::Tensor& value) {
                        if (value.type() == model::ElementType::f32) ranges[name].add(value);
                      });
    }
    for (const auto& input : model.graph.inputs) {
      if (input.type != model::ElementType::f32) continue;
      for (int index = 0; index < 4; ++index) {
        for (const auto& value : inputs(net, index)) {
          if (value.type() == model::ElementType::f32) ranges[input.name].add(value);
        }
      }
    }
    model.parameters = model::parameters_of(ranges);
    return model;
  }

  fs::path folder_;
  DeviceSet devices_;
};

TEST_F(Nets, Fp32EqualsOnnxRuntime) {
  for (const std::string net :
       {"speech", "text", "residual", "mobile", "letters", "older", "several"}) {
    SCOPED_TRACE(net);
    const LoadedModel model = load_model(file(net));
    Session session(model, model::Candidate{}, devices_);
    for (int index = 0; index < 4; ++index) {
      session.poison();
      EXPECT_EQ(differs(session.run(inputs(net, index)),
                        read_tensors(case_folder(net, index), "output"), kAbsolute, kRelative),
                "")
          << session.plan().text();
    }
  }
}

TEST_F(Nets, Int8EqualsTheReferenceAndOnnxRuntime) {
  for (const std::string scheme : {"int8_channel", "int8_tensor"}) {
    for (const std::string& net : kQuantized) {
      SCOPED_TRACE(net + " " + scheme);
      const LoadedModel model = calibrated(net);
      const auto candidate = uniform(model, scheme, "cpu", devices_);
      for (const auto& layer : model.layers) {
        EXPECT_EQ(candidate.layers.at(layer.id).scheme, layer.quantizable() ? scheme : "");
      }
      Session session(model, candidate, devices_);
      const auto meant =
          model::insert_qdq(model.graph, model.layers, schemes_of(candidate), model.parameters);
      model::write_onnx(meant, folder_ / net / (scheme + ".onnx"));
      for (int index = 0; index < 4; ++index) {
        session.poison();
        const Tensors expected = model::evaluate(meant, inputs(net, index));
        EXPECT_EQ(differs(session.run(inputs(net, index)), expected,
                          kAbsolute + kQuantizedShare * largest(expected), 0),
                  "")
            << session.plan().text();
      }
    }
    model::run_python("../runtime/run_nets.py", {folder_.string(), scheme + ".onnx"});
    for (const std::string& net : kQuantized) {
      SCOPED_TRACE(net + " " + scheme);
      const model::Graph meant = model::read_onnx(folder_ / net / (scheme + ".onnx"));
      for (int index = 0; index < 4; ++index) {
        const Tensors expected = read_tensors(case_folder(net, index), "output");
        EXPECT_EQ(differs(model::evaluate(meant, inputs(net, index)), expected,
                          kAbsolute + kQuantizedShare * largest(expected), 0),
                  "");
      }
    }
  }
}

TEST_F(Nets, ExportsComeBackAsTheyWere) {
  for (const std::string& net : kQuantized) {
    SCOPED_TRACE(net);
    const LoadedModel model = calibrated(net);
    auto candidate = uniform(model, "int8_channel", "cpu", devices_);
    int number = 0;
    for (auto& [id, choice] : candidate.layers) {
      // One of three layers stays as it was, so that both kinds meet.
      if (model.layer(id).quantizable() && number++ % 3 == 0) {
        choice = default_choice(model, model.layer(id), "fp32", devices_.get("cpu").info());
      }
    }
    const fs::path exported = folder_ / net / "exported.onnx";
    model::write_onnx(
        model::insert_qdq(model.graph, model.layers, schemes_of(candidate), model.parameters),
        exported);
    const LoadedModel again = load_model(exported);
    ASSERT_EQ(again.layers.size(), model.layers.size());
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
      EXPECT_EQ(again.layers[i].id, model.layers[i].id);
      EXPECT_EQ(again.layers[i].family, model.layers[i].family);
      EXPECT_EQ(again.layers[i].weight_kn, model.layers[i].weight_kn);
    }
    Session before(model, candidate, devices_), after(again, candidate, devices_);
    for (int index = 0; index < 4; ++index) {
      EXPECT_EQ(after.run(inputs(net, index)), before.run(inputs(net, index)));
    }
  }
}

TEST_F(Nets, OpenclRunsTheLayersItCan) {
  if (!has_opencl()) GTEST_SKIP() << "this machine has no OpenCL device";
  const LoadedModel model = load_model(file("letters"));
  Session session(model, uniform(model, "fp32", "opencl:0", devices_), devices_);
  session.poison();
  EXPECT_EQ(differs(session.run(inputs("letters", 0)),
                    read_tensors(case_folder("letters", 0), "output"), kAbsolute, kRelative),
            "")
      << session.plan().text();
}

TEST_F(Nets, TransformersNeedNoReorder) {
  const LoadedModel model = load_model(file("text"));
  Session session(model, model::Candidate{}, devices_);
  for (const Step& step : session.plan().steps) {
    EXPECT_NE(step.kind, Step::Kind::convert) << session.plan().text();
  }
}

TEST_F(Nets, FreeDimensionsAreBoundByName) {
  const LoadedModel one = load_model(file("text"));
  const LoadedModel three = load_model(file("text"), {{"batch", 3}});
  EXPECT_TRUE(one.batch_is_free);
  Session singles(one, model::Candidate{}, devices_), batch(three, model::Candidate{}, devices_);
  Tensors together, expected;
  for (int k = 0; k < 2; ++k) together.emplace_back(model::ElementType::i64, model::Shape{3, 7});
  for (int index = 0; index < 3; ++index) {
    const Tensors single = inputs("text", index);
    for (std::size_t k = 0; k < 2; ++k) {
      std::ranges::copy(single[k].data<std::int64_t>(),
                        together[k].data<std::int64_t>().begin() + 7 * index);
    }
    expected.push_back(singles.run(single).at(0));
  }
  const Tensors outputs = batch.run(together);
  ASSERT_EQ(outputs.at(0).shape(), (model::Shape{3, 3}));
  for (std::size_t index = 0; index < 3; ++index) {
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(outputs[0].data<float>()[3 * index + i], expected[index].data<float>()[i], 1e-5);
    }
  }
  EXPECT_EQ(with_batch(file("text"), {}, 5).graph.inputs.at(0).shape, (model::Shape{5, 7}));
}

TEST_F(Nets, MemoryCountsWhatHostStepsRead) {
  const LoadedModel model = load_model(file("letters"));
  const Session session(model, model::Candidate{}, devices_);
  std::size_t packed = 0;  // what kernels hold, in f32 as the file has it or padded
  for (const auto& layer : model.layers) {
    if (layer.weight.empty()) continue;
    packed += model.graph.initializers.at(layer.weight).bytes().size();
  }
  EXPECT_GE(session.memory().weights, packed + 256 * 12 * sizeof(float));  // the embedding
}

TEST_F(Nets, AFixedBatchStays) {
  const LoadedModel model = with_batch(file("speech"), {}, 16);
  EXPECT_FALSE(model.batch_is_free);
  EXPECT_EQ(model.graph.inputs.at(0).shape, (model::Shape{6, 80}));
  EXPECT_FALSE(load_free(file("speech"), model).has_value());
}

TEST(LoadModel, RefusesSizesThatDependOnData) {
  model::Graph graph;
  graph.name = "places";
  graph.opset = 13;
  graph.inputs = {{"x", model::ElementType::f32, {4}, {}}};
  graph.outputs = {{"y", model::ElementType::i64, {1, -1}, {"", "found"}}};
  graph.nodes = {{"where", "NonZero", "", {"x"}, {"y"}, {}}};
  const fs::path file = model::fresh_folder("places") / "places.onnx";
  model::write_onnx(graph, file);
  try {
    load_model(file);
    FAIL() << "a model without fixed sizes was accepted";
  } catch (const model::UnsupportedModel& error) {
    EXPECT_NE(std::string(error.what()).find("'where'"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace paretune::runtime
