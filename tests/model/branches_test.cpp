// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/captures.h"
#include "model/errors.h"
#include "model/onnx/reader.h"
#include "model/onnx/writer.h"
#include "model/ops/evaluate.h"
#include "model/passes/passes.h"
#include "tests/model/fixtures.h"
#include "tests/model/python.h"

namespace paretune::model {
namespace {

using testing::ElementsAre;

std::filesystem::path branches(const std::string& test) {
  auto folder = fresh_folder("branches_" + test);
  run_python("make_branches.py", {folder.string()});
  return folder;
}

const Node& node_named(const Graph& graph, const std::string& name) {
  return *std::ranges::find(graph.nodes, name, &Node::name);
}

std::vector<Tensor> inputs() {
  return {random_tensor({2, 3}, 1), Tensor::of<float>({2, 3}, {0, 0, 0, 0, 0, 0})};
}

TEST(Branches, CapturesBecomeInputs) {
  const Graph graph = read_onnx(branches("captures") / "unknown.onnx");
  const Node& outer = node_named(graph, "outer");
  EXPECT_THAT(outer.inputs, ElementsAre("condition", "x", "s", "w"));
  for (const auto* name : {"then_branch", "else_branch"}) {
    const Graph& branch = outer.graph_attribute(name);
    ASSERT_EQ(branch.inputs.size(), 3U) << name;
    EXPECT_EQ(branch.inputs[1].name, "s");
    EXPECT_TRUE(free_names(branch).empty());
  }
  const Node& inner = node_named(outer.graph_attribute("then_branch"), "inner");
  EXPECT_THAT(inner.inputs, ElementsAre("flag", "local", "w", "x"));
  EXPECT_THROW(outer.graph_attribute("middle_branch"), InvalidModel);
}

// ONNX Runtime reads what the writer made of captures and of names that changed around a branch.
TEST(Branches, WrittenModelsMeanTheSame) {
  const auto folder = branches("written");
  const auto expected = run_onnxruntime(folder / "unknown.onnx", inputs(), folder);
  Graph graph = read_onnx(folder / "unknown.onnx");
  for (auto& node : graph.nodes) {
    std::ranges::replace(node.inputs, "s", "local");  // a name both branches have within
    std::ranges::replace(node.outputs, "s", "local");
  }
  write_onnx(graph, folder / "again.onnx");
  const auto actual = run_onnxruntime(folder / "again.onnx", inputs(), folder);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(actual[i], expected[i]) << i;
  EXPECT_EQ(to_onnx(read_onnx(folder / "again.onnx")), to_onnx(graph));
}

TEST(Branches, KnownConditionsAreInlined) {
  const auto folder = branches("inlined");
  const auto expected = run_onnxruntime(folder / "known.onnx", inputs(), folder);
  Graph graph = read_onnx(folder / "known.onnx");
  simplify(graph);
  EXPECT_TRUE(std::ranges::none_of(graph.nodes, [](const Node& node) {
    return node.op_type == "If" || node.op_type == "Identity";
  }));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(difference(evaluate(graph, {inputs()[i]})[0], expected[i], 1e-6, 1e-6), "") << i;
  }
}

TEST(Branches, UnsupportedOperatorsWithinAreNamed) {
  Graph branch;
  branch.outputs = {{"b", ElementType::f32, {}, {}}};
  branch.nodes = {{"", "Strange", "", {"x"}, {"b"}, {}}};
  Node node{"choice", "If", "", {"c"}, {"y"}, {}};
  adopt_branches(node, {{"then_branch", branch}, {"else_branch", branch}});
  EXPECT_THAT(node.inputs, ElementsAre("c", "x"));
  Graph graph;
  graph.nodes = {node};
  try {
    infer_shapes(graph);
    FAIL();
  } catch (const UnsupportedModel& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("Strange (2)"));
  }
}

}  // namespace
}  // namespace paretune::model
