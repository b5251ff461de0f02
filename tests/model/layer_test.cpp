// SPDX-License-Identifier: Apache-2.0
#include "model/layer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/onnx/reader.h"
#include "model/passes/passes.h"
#include "tests/model/fixtures.h"

namespace paretune::model {
namespace {

Graph simplified(const std::filesystem::path& file) {
  Graph graph = read_onnx(file);
  simplify(graph);
  return graph;
}

/// Every node in one layer, and everything a layer reads made by an earlier one.
void expect_executable(const Graph& graph, const std::vector<Layer>& layers) {
  std::set<std::string> known;
  std::multiset<std::size_t> nodes;
  for (const auto& input : graph.inputs) known.insert(input.name);
  for (const auto& layer : layers) {
    for (const auto& input : layer.inputs) EXPECT_TRUE(known.contains(input)) << layer.id;
    known.insert(layer.output);
    nodes.insert(layer.nodes.begin(), layer.nodes.end());
  }
  EXPECT_EQ(nodes.size(), graph.nodes.size());
  EXPECT_EQ(std::set<std::size_t>(nodes.begin(), nodes.end()).size(), graph.nodes.size());
}

TEST(Layers, OfResNet) {
  const Graph graph = simplified(resnet_file());
  const auto layers = make_layers(graph);
  expect_executable(graph, layers);
  std::vector<std::string> ids;
  ids.reserve(layers.size());
  for (const auto& layer : layers) {
    ids.push_back(layer.id + " " + layer.family + (layer.add ? " add" : "") +
                  (layer.activation == Activation::relu ? " relu" : ""));
  }
  EXPECT_EQ(ids, (std::vector<std::string>{
                     "L000//c/Conv conv relu", "L001//mp/MaxPool max_pool",
                     "L002//l/l.0/c1/Conv conv relu", "L003//l/l.0/c2/Conv conv add relu",
                     "L004//l/l.1/c1/Conv conv relu", "L005//l/l.1/c2/Conv conv",
                     "L006//l/l.1/sc/sc.0/Conv conv add relu", "L007//l/l.2/c1/Conv conv relu",
                     "L008//l/l.2/c2/Conv conv", "L009//l/l.2/sc/sc.0/Conv conv add relu",
                     "L010//p/GlobalAveragePool global_average_pool", "L011//Flatten view",
                     "L012//fc/Gemm gemm"}));
}

TEST(Layers, TheLaterConvTakesTheAdd) {
  const Graph graph = simplified(small_model("later"));
  const auto layers = make_layers(graph);
  expect_executable(graph, layers);
  const auto fused = std::ranges::find_if(layers, [](const Layer& layer) { return layer.add; });
  ASSERT_NE(fused, layers.end());
  EXPECT_EQ(fused->id, "L003/shortcut");
  EXPECT_EQ(fused->nodes.size(), 3U);
  EXPECT_EQ(fused->inputs.size(), 2U);
}

Graph conv_graph() {
  Graph graph;
  graph.opset = 13;
  graph.inputs = {{"x", ElementType::f32, {1, 2, 4, 4}, {}}};
  graph.outputs = {{"y", ElementType::f32, {}, {}}};
  graph.initializers["w"] = random_tensor({2, 2, 1, 1}, 1);
  graph.initializers["b"] = random_tensor({1, 2, 1, 1}, 1);
  graph.nodes = {{"conv", "Conv", "", {"x", "w"}, {"c"}, {}},
                 {"add", "Add", "", {"c", "b"}, {"y"}, {}}};
  return graph;
}

TEST(Layers, BroadcastingAndSelfAddsAreNotFused) {
  Graph broadcasting = conv_graph();
  infer_shapes(broadcasting);
  EXPECT_EQ(make_layers(broadcasting).at(1).family, "op:Add");
  Graph self = conv_graph();
  self.nodes[1].inputs = {"c", "c"};
  infer_shapes(self);
  EXPECT_FALSE(make_layers(self).at(0).add);
  EXPECT_EQ(make_layers(self).at(1).family, "add");
}

TEST(Layers, ValuesOthersReadAreNotFused) {
  Graph graph = conv_graph();
  graph.nodes[1] = {"relu", "Relu", "", {"c"}, {"y"}, {}};
  graph.outputs.push_back({"c", ElementType::f32, {}, {}});
  infer_shapes(graph);
  const auto layers = make_layers(graph);
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0].activation, Activation::none);
}

TEST(Layers, NamelessNodesAndOldIdsKeepTheirPlace) {
  Graph graph = conv_graph();
  graph.nodes[0].name = "";
  graph.nodes[1].name = "L007/known";
  infer_shapes(graph);
  const auto layers = make_layers(graph);
  EXPECT_EQ(layers[0].id, "L000/Conv_0");
  EXPECT_EQ(layers[1].id, "L007/known");
}

}  // namespace
}  // namespace paretune::model
