// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <string>

#include "model/layer.h"
#include "model/onnx/reader.h"
#include "model/onnx/writer.h"
#include "model/passes/passes.h"
#include "model/quant/qdq.h"

namespace paretune::model {
namespace {

constexpr int length = 200'000;

std::string name_of(int i) { return "v" + std::to_string(i); }

/// `node(i)` reads v<i> and produces v<i+1>; nodes stand in the file back to front.
template <typename MakeNode>
Graph chain(MakeNode&& node) {
  Graph graph;
  graph.name = "chain";
  graph.opset = 13;
  graph.inputs = {{"v0", ElementType::f32, {1, 4}, {}}};
  graph.outputs = {{name_of(length), ElementType::f32, {1, 4}, {}}};
  graph.initializers["one"] = Tensor::of<float>({1, 4}, {1, 1, 1, 1});
  for (int i = length; i-- > 0;) graph.nodes.push_back(node(i));
  return graph;
}

/// Reads, sorts, infers, simplifies and makes layers; prints how long that took.
std::vector<Layer> layers_of(const Graph& graph, const std::string& what) {
  const std::string bytes = to_onnx(graph);
  const auto start = std::chrono::steady_clock::now();
  Graph read = parse_onnx(bytes, "chain.onnx");
  infer_shapes(read);
  simplify(read);
  auto layers = make_layers(read);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::cout << length << " nodes (" << what << "): " << seconds.count() << " s\n";
  return layers;
}

// What is quadratic takes hours here; the test's time limit is the assertion.
TEST(Chain, OfActivationsBecomesLayers) {
  const auto graph =
      chain([](int i) { return Node{"", "Relu", "", {name_of(i)}, {name_of(i + 1)}, {}}; });
  EXPECT_EQ(layers_of(graph, "Relu").size(), std::size_t{length});
}

TEST(Chain, OfTwoInputsBecomesLayers) {
  const auto graph = chain([](int i) {
    return Node{"n" + std::to_string(i), "Add", "", {name_of(i), "one"}, {name_of(i + 1)}, {}};
  });
  EXPECT_EQ(layers_of(graph, "Add").size(), std::size_t{length});
}

TEST(Chain, OfIdentitiesVanishes) {
  auto graph = chain([](int i) {
    return Node{"", i == 0 ? "Relu" : "Identity", "", {name_of(i)}, {name_of(i + 1)}, {}};
  });
  EXPECT_EQ(layers_of(graph, "Identity").size(), 1U);
}

TEST(Chain, OfConstantsIsFolded) {
  auto graph = chain([](int i) {
    return Node{"", "Add", "", {i == 0 ? "one" : name_of(i), "one"}, {name_of(i + 1)}, {}};
  });
  graph.nodes.insert(graph.nodes.begin(),
                     Node{"last", "Add", "", {"v0", name_of(length)}, {"y"}, {}});
  graph.outputs[0].name = "y";
  EXPECT_EQ(layers_of(graph, "constants").size(), 1U);
}

}  // namespace
}  // namespace paretune::model
