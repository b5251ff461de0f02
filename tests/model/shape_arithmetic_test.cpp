// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/errors.h"
#include "model/graph.h"
#include "model/passes/passes.h"

namespace paretune::model {
namespace {

Tensor numbers(const std::vector<std::int64_t>& values) {
  return Tensor::of({static_cast<std::int64_t>(values.size())}, values);
}

Node node(std::string op, std::vector<std::string> inputs, std::string output,
          std::map<std::string, Attribute> attributes = {}) {
  return {output, std::move(op), "", std::move(inputs), {output}, std::move(attributes)};
}

/// x [batch, seq, 6] as heads: reshaped to [batch, seq, 2, 3], the sizes read from x as PyTorch
/// exports them.
Graph heads() {
  Graph graph;
  graph.opset = 13;
  graph.inputs = {{"x", ElementType::f32, {-1, -1, 6}, {"batch", "seq", ""}}};
  graph.outputs = {{"y", ElementType::f32, {-1, -1, -1, -1}, {}}};
  graph.initializers = {{"zero", Tensor::of<std::int64_t>({}, {0})},
                        {"one", Tensor::of<std::int64_t>({}, {1})},
                        {"axis", numbers({0})},
                        {"split", numbers({2, 3})}};
  graph.nodes = {node("Relu", {"x"}, "r"),
                 node("Shape", {"r"}, "shape"),
                 node("Gather", {"shape", "zero"}, "batch", {{"axis", std::int64_t{0}}}),
                 node("Gather", {"shape", "one"}, "seq", {{"axis", std::int64_t{0}}}),
                 node("Unsqueeze", {"batch", "axis"}, "batch1"),
                 node("Unsqueeze", {"seq", "axis"}, "seq1"),
                 node("Concat", {"batch1", "seq1", "split"}, "target", {{"axis", std::int64_t{0}}}),
                 node("Reshape", {"r", "target"}, "y")};
  return graph;
}

TEST(ShapeArithmetic, ResolvesWithBoundDimensions) {
  Graph graph = heads();
  bind_dimensions(graph, {{"batch", 2}, {"seq", 5}});
  Graph inferred = graph;
  infer_shapes(inferred);
  EXPECT_EQ(inferred.outputs[0].shape, (Shape{2, 5, 2, 3}));
  simplify(graph);
  EXPECT_EQ(graph.nodes.size(), 2U);  // Relu, Reshape
  EXPECT_EQ(graph.initializers.at("target"), numbers({2, 5, 2, 3}));
  EXPECT_EQ(graph.initializers.size(), 1U);
}

TEST(ShapeArithmetic, PartOfAShapeIsKnownBeforeItsWhole) {
  Graph graph = heads();
  graph.opset = 15;
  graph.nodes[1].attributes = {{"start", std::int64_t{-1}}, {"end", std::int64_t{9}}};
  graph.nodes.resize(2);
  graph.outputs = {{"shape", ElementType::i64, {1}, {}}};
  graph.nodes.push_back(node("Add", {"shape", "shape"}, "twice"));
  graph.outputs[0].name = "twice";
  fold_shapes(graph);
  EXPECT_EQ(graph.initializers.at("shape"), numbers({6}));
}

TEST(ShapeArithmetic, OutputsKeepTheirNodes) {
  Graph graph = heads();
  graph.outputs.push_back({"shape", ElementType::i64, {3}, {}});
  bind_dimensions(graph, {});
  simplify(graph);
  EXPECT_EQ(graph.nodes.size(), 3U);
}

// What such a constant asks for is refused, not allocated.
TEST(ShapeArithmetic, HostileSizesAreRefused) {
  Graph graph = heads();
  bind_dimensions(graph, {});
  graph.initializers["huge"] = numbers({std::int64_t{1} << 40});
  graph.nodes.push_back(node("ConstantOfShape", {"huge"}, "c"));
  graph.outputs[0].name = "c";
  try {
    simplify(graph);
    FAIL();
  } catch (const InvalidModel& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("larger than"));
  }
}

}  // namespace
}  // namespace paretune::model
