// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "model/onnx/reader.h"
#include "model/ops/evaluate.h"
#include "model/ops/operator.h"
#include "tests/model/fixtures.h"
#include "tests/model/python.h"

namespace paretune::model {
namespace {

std::vector<Tensor> tensors(const std::filesystem::path& folder, const std::string& kind) {
  std::vector<Tensor> found;
  for (int i = 0;; ++i) {
    const auto file = folder / fmt::format("{}_{}.pb", kind, i);
    if (!std::filesystem::exists(file)) return found;
    found.push_back(read_tensor(file));
  }
}

/// Operators of a case; "" on agreement.
std::string check(const std::filesystem::path& folder, std::set<std::string>& operators_used) {
  try {
    const Graph graph = read_onnx(folder / "model.onnx");
    for (const auto& node : graph.nodes) operators_used.insert(node.op_type);
    const auto expected = tensors(folder, "output");
    const auto actual = evaluate(graph, tensors(folder, "input"));
    if (actual.size() != expected.size()) return "another number of outputs";
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const std::string text = difference(actual[i], expected[i], 1e-3, 1e-7);
      if (!text.empty()) return text;
    }
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

// The cases ONNX publishes for its backends, made by the onnx package at test time.
TEST(Backend, NodeCasesAgree) {
  const auto folder = fresh_folder("backend");
  std::vector<std::string> arguments = {folder.string()};
  for (const auto& op : operators()) arguments.emplace_back(op->op_type());
  run_python("generate_cases.py", arguments);
  std::map<std::string, int> ran;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::set<std::string> used;
    EXPECT_EQ(check(entry.path(), used), "") << entry.path().filename();
    for (const auto& op : used) ++ran[op];
  }
  const std::map<std::string, int> least = {{"Add", 8},
                                            {"AveragePool", 12},
                                            {"BatchNormalization", 2},
                                            {"Cast", 8},
                                            {"Clip", 10},
                                            {"Concat", 12},
                                            {"Constant", 1},
                                            {"Conv", 6},
                                            {"DequantizeLinear", 4},
                                            {"Div", 9},
                                            {"Dropout", 4},
                                            {"Flatten", 9},
                                            {"Gemm", 11},
                                            {"GlobalAveragePool", 2},
                                            {"Identity", 1},
                                            {"MatMul", 7},
                                            {"MaxPool", 13},
                                            {"Mul", 9},
                                            {"QuantizeLinear", 4},
                                            {"Relu", 1},
                                            {"Reshape", 10},
                                            {"Softmax", 7},
                                            {"Squeeze", 2},
                                            {"Sub", 9},
                                            {"Transpose", 7},
                                            {"Unsqueeze", 7}};
  for (const auto& op : operators()) {
    const std::string name(op->op_type());
    ASSERT_TRUE(least.contains(name)) << name << " needs a number of cases in this test";
    EXPECT_GE(ran[name], least.at(name)) << name;
  }
}

}  // namespace
}  // namespace paretune::model
