// SPDX-License-Identifier: Apache-2.0
#include "model/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/errors.h"
#include "model/ops/evaluate.h"

namespace paretune::model {
namespace {

using testing::HasSubstr;

Graph chain(const std::vector<std::string>& ops) {
  Graph graph;
  graph.name = "chain";
  graph.opset = 13;
  graph.inputs = {{"v0", ElementType::f32, {-1, 3, -1}, {"batch", "", "time"}}};
  for (std::size_t i = 0; i < ops.size(); ++i) {
    graph.nodes.push_back(
        {"", ops[i], "", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)}, {}});
  }
  graph.outputs = {{"v" + std::to_string(ops.size()), ElementType::f32, {-1, 3, -1}, {}}};
  return graph;
}

template <typename Error, typename Body>
std::string message_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Graph, NamesAllUnsupportedOperatorsAtOnce) {
  Graph graph = chain({"Relu", "Foo", "Bar", "Foo"});
  graph.nodes[2].domain = "com.example";
  EXPECT_THAT(message_of<UnsupportedModel>([&] { infer_shapes(graph); }),
              HasSubstr("model 'chain' uses operators Paretune does not support: Foo (2), "
                        "com.example.Bar (1);"));
}

TEST(Graph, BindsSeveralDimensions) {
  Graph graph = chain({"Relu"});
  bind_dimensions(graph, {{"time", 7}});
  EXPECT_EQ(graph.inputs[0].shape, (Shape{1, 3, 7}));
  infer_shapes(graph);
  EXPECT_EQ(graph.values.at("v1").shape, (Shape{1, 3, 7}));
  EXPECT_EQ(graph.outputs[0].shape, (Shape{1, 3, 7}));
}

TEST(Graph, UnknownDimensionsAreRefusedWithThoseThereAre) {
  Graph graph = chain({"Relu"});
  EXPECT_THAT(message_of<InvalidModel>([&] {
                bind_dimensions(graph, {{"sequence", 7}});
              }),
              HasSubstr("no free dimension named 'sequence'; it has batch, time"));
  EXPECT_THAT(message_of<InvalidModel>([&] {
                bind_dimensions(graph, {{"time", 0}});
              }),
              HasSubstr("'time' cannot be 0"));
  EXPECT_EQ(graph.inputs[0].shape, (Shape{-1, 3, -1}));
  bind_dimensions(graph, {});
  EXPECT_THAT(message_of<InvalidModel>([&] {
                bind_dimensions(graph, {{"time", 7}});
              }),
              HasSubstr("it has none"));
}

TEST(Graph, DimensionsOnlyOutputsNameStayFree) {
  Graph graph = chain({"Relu"});
  graph.outputs[0].dim_names = {"batch", "", "other"};
  bind_dimensions(graph, {{"batch", 4}});
  EXPECT_EQ(graph.outputs[0].shape, (Shape{4, 3, -1}));
}

TEST(Graph, FreeDimensionsStayFree) {
  Graph graph = chain({"Relu", "Flatten"});
  graph.outputs[0].shape = {-1, -1};
  infer_shapes(graph);
  EXPECT_EQ(graph.values.at("v1").shape, (Shape{-1, 3, -1}));
  EXPECT_EQ(graph.values.at("v2").shape, (Shape{-1, -1}));
}

TEST(Graph, SortsStably) {
  Graph graph = chain({"Relu", "Relu", "Relu"});
  std::swap(graph.nodes[0], graph.nodes[2]);
  sort_topologically(graph);
  EXPECT_EQ(graph.nodes[0].outputs[0], "v1");
  EXPECT_EQ(graph.nodes[2].outputs[0], "v3");
}

TEST(Graph, RefusesCyclesMissingAndDoubleValues) {
  Graph cycle = chain({"Relu", "Relu"});
  cycle.nodes[0].inputs[0] = "v2";
  EXPECT_THAT(message_of<InvalidModel>([&] { sort_topologically(cycle); }), HasSubstr("cycle"));
  Graph missing = chain({"Relu"});
  missing.nodes[0].inputs[0] = "nowhere";
  EXPECT_THAT(message_of<InvalidModel>([&] { sort_topologically(missing); }),
              HasSubstr("'nowhere'"));
  Graph twice = chain({"Relu", "Relu"});
  twice.nodes[1].outputs[0] = "v1";
  EXPECT_THAT(message_of<InvalidModel>([&] { sort_topologically(twice); }), HasSubstr("twice"));
  Graph output = chain({"Relu"});
  output.outputs[0].name = "gone";
  EXPECT_THAT(message_of<InvalidModel>([&] { sort_topologically(output); }), HasSubstr("'gone'"));
}

TEST(Graph, ShapeErrorsNameTheNode) {
  Graph graph = chain({"Add"});
  graph.nodes[0].name = "sum";
  graph.nodes[0].inputs.push_back("w");
  graph.initializers["w"] = Tensor(ElementType::f32, {2, 1});
  EXPECT_THAT(message_of<InvalidModel>([&] { infer_shapes(graph); }),
              HasSubstr("node 'sum' (Add)"));
}

TEST(Graph, AttributesOfAnotherKindAreRefused) {
  Node node;
  node.op_type = "Conv";
  node.attributes["group"] = 1.0F;
  EXPECT_THROW(node.int_attribute("group", 1), InvalidModel);
  EXPECT_EQ(node.int_attribute("absent", 4), 4);
  EXPECT_EQ(node.input(3), "");
}

TEST(Evaluate, ChecksItsInputs) {
  const Graph graph = chain({"Relu"});
  EXPECT_THROW(evaluate(graph, {}), InvalidModel);
  EXPECT_THAT(message_of<InvalidModel>([&] {
                evaluate(graph, {Tensor(ElementType::f32, {1, 4, 2})});
              }),
              HasSubstr("input 'v0' is f32 [1,4,2] but should be f32 [-1,3,-1]"));
  EXPECT_THROW(evaluate(graph, {Tensor(ElementType::f64, {1, 3, 2})}), InvalidModel);
  EXPECT_EQ(evaluate(graph, {Tensor(ElementType::f32, {1, 3, 2})}).at(0).shape(), (Shape{1, 3, 2}));
}

TEST(Tensor, CountsAreChecked) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({2, 0, 3}), 0);
  EXPECT_THROW(element_count({2, -1}), InvalidModel);
  EXPECT_THROW(element_count({std::int64_t{1} << 40, std::int64_t{1} << 40}), InvalidModel);
  EXPECT_THROW(Tensor(ElementType::f32, {std::int64_t{1} << 62}), InvalidModel);
  for (const char* name : {"f32", "u8", "bool", "bf16"}) {
    EXPECT_EQ(to_text(element_type_from_text(name)), name);
  }
  EXPECT_THROW(element_type_from_text("f31"), InvalidModel);
}

}  // namespace
}  // namespace paretune::model
