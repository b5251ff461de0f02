// SPDX-License-Identifier: Apache-2.0
#include "model/passes/passes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/layer.h"
#include "model/onnx/reader.h"
#include "model/ops/evaluate.h"
#include "tests/model/fixtures.h"
#include "tests/model/python.h"

namespace paretune::model {
namespace {

std::vector<std::string> op_types(const Graph& graph) {
  std::vector<std::string> types;
  for (const auto& node : graph.nodes) types.push_back(node.op_type);
  return types;
}

TEST(Passes, SimplifyLeavesOnlyTheWork) {
  Graph graph = read_onnx(small_model("simplify"));
  simplify(graph);
  EXPECT_EQ(op_types(graph),
            (std::vector<std::string>{"Conv", "Relu", "MaxPool", "Conv", "Conv", "Add", "Relu",
                                      "GlobalAveragePool", "Reshape", "Gemm"}));
  EXPECT_EQ(graph.inputs.at(0).name, "x");
  EXPECT_EQ(graph.outputs.at(0).name, "y");
  const Node& gemm = graph.nodes.back();
  EXPECT_EQ(gemm.int_attribute("transB", 0), 1);
  EXPECT_EQ(graph.initializers.at(gemm.input(1)).shape(), (Shape{5, 8}));
  EXPECT_EQ(graph.initializers.at(gemm.input(2)).shape(), (Shape{5}));
}

TEST(Passes, OutputsStayAndAgreeWithOnnxRuntime) {
  const auto file = small_model("agree");
  const Graph original = read_onnx(file);
  Graph simple = original;
  simplify(simple);
  std::vector<Tensor> inputs;
  inputs.reserve(4);
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    inputs.push_back(random_tensor({2, 3, 14, 14}, seed));
  }
  const auto expected = run_onnxruntime(file, inputs, fresh_folder("agree_ort"));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(difference(evaluate(original, {inputs[i]}).at(0), expected[i], 1e-3, 1e-5), "");
    EXPECT_EQ(difference(evaluate(simple, {inputs[i]}).at(0), expected[i], 1e-3, 1e-5), "");
  }
}

TEST(Passes, SimplifyIsIdempotent) {
  Graph graph = read_onnx(small_model("idempotent"));
  simplify(graph);
  const Graph once = graph;
  EXPECT_EQ(fold_constants(graph), 0U);
  EXPECT_EQ(fold_batch_norm(graph), 0U);
  EXPECT_EQ(remove_dead(graph), 0U);
  EXPECT_EQ(graph.initializers, once.initializers);
}

// A weight two Convs share must not be scaled for both when one of them has a BatchNormalization.
TEST(Passes, SharedWeightsAreNotFoldedInPlace) {
  Graph graph;
  graph.name = "shared";
  graph.opset = 13;
  graph.inputs = {{"x", ElementType::f32, {1, 2, 4, 4}, {}}};
  graph.outputs = {{"y", ElementType::f32, {}, {}}};
  graph.initializers["w"] = random_tensor({2, 2, 1, 1}, 1);
  for (const char* name : {"scale", "bias", "mean", "var"}) {
    graph.initializers[name] = Tensor::of<float>({2}, {0.5F, 2.0F});
  }
  graph.nodes = {
      {"a", "Conv", "", {"x", "w"}, {"ca"}, {}},
      {"b", "Conv", "", {"ca", "w"}, {"cb"}, {}},
      {"n", "BatchNormalization", "", {"cb", "scale", "bias", "mean", "var"}, {"y"}, {}}};
  const Tensor input = random_tensor({1, 2, 4, 4}, 2);
  const Tensor before = evaluate(graph, {input}).at(0);
  simplify(graph);
  EXPECT_EQ(graph.nodes.size(), 2U);
  EXPECT_EQ(difference(evaluate(graph, {input}).at(0), before, 1e-5, 1e-6), "");
}

// The value before an Identity is a graph output itself: the Identity cannot go.
TEST(Passes, IdentityBetweenTwoOutputsStays) {
  Graph graph;
  graph.opset = 13;
  graph.inputs = {{"x", ElementType::f32, {2}, {}}};
  graph.outputs = {{"r", ElementType::f32, {2}, {}}, {"y", ElementType::f32, {2}, {}}};
  graph.nodes = {{"relu", "Relu", "", {"x"}, {"r"}, {}}, {"id", "Identity", "", {"r"}, {"y"}, {}}};
  simplify(graph);
  EXPECT_EQ(graph.nodes.size(), 2U);
  EXPECT_EQ(evaluate(graph, {Tensor::of<float>({2}, {-1, 1})}).size(), 2U);
}

TEST(Passes, ConstantsGetNamesOnnxRuntimeDoesNotMake) {
  Graph graph;
  graph.inputs = {{"x", ElementType::f32, {4}, {}}};
  graph.outputs = {{"shape_token_3", ElementType::f32, {4}, {}}};
  const auto number = [&](const std::string& name, float value) {
    graph.initializers[name] = Tensor::of<float>({1}, {value});
  };
  number("shape", 1);
  number("shape_token_12", 2);
  number("a_token_b", 3);
  number("free", 4);
  graph.nodes = {{"n0", "Add", "", {"x", "shape"}, {"y"}, {}},
                 {"n1", "Mul", "", {"y", "shape_token_12"}, {"z"}, {}},
                 {"n2", "Add", "", {"z", "a_token_b"}, {"w"}, {}},
                 {"n3", "Mul", "", {"w", "free"}, {"shape_token_3"}, {}}};
  const std::vector<Tensor> inputs = {Tensor::of<float>({4}, {1, 2, 3, 4})};
  const auto before = evaluate(graph, inputs);
  EXPECT_EQ(rename_generated(graph), 2U);
  EXPECT_FALSE(graph.initializers.contains("shape"));
  EXPECT_FALSE(graph.initializers.contains("shape_token_12"));
  EXPECT_TRUE(graph.initializers.contains("a_token_b"));
  EXPECT_TRUE(graph.initializers.contains("free"));
  EXPECT_EQ(evaluate(graph, inputs), before);
  EXPECT_EQ(rename_generated(graph), 0U);
}

}  // namespace
}  // namespace paretune::model
