// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "model/errors.h"
#include "model/ops/operator.h"

namespace paretune::model {
namespace {

using Attributes = std::map<std::string, Attribute>;
using Ints = std::vector<std::int64_t>;

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

/// A node of f32 inputs of these shapes and what its rule must not let pass.
struct Nonsense {
  std::string op;
  std::vector<Shape> inputs;
  Attributes attributes;
};

std::vector<ValueInfo> infer(const Nonsense& test) {
  Node node;
  node.op_type = test.op;
  node.attributes = test.attributes;
  node.outputs = {"y"};
  std::vector<ValueInfo> infos;
  for (std::size_t i = 0; i < test.inputs.size(); ++i) {
    node.inputs.push_back(fmt::format("x{}", i));
    infos.push_back({node.inputs.back(), ElementType::f32, test.inputs[i], {}});
  }
  InferContext context{node, 21, {}, std::vector<const Tensor*>(infos.size(), nullptr)};
  for (const auto& info : infos) context.inputs.push_back(&info);
  return find_operator(test.op)->infer(context);
}

// Each is close to something valid: one number is wrong.
TEST(Rules, RejectNonsense) {
  const Shape data = {1, 4, 8, 8}, weight = {4, 4, 3, 3};
  const std::vector<Nonsense> tests = {
      {"Conv", {data, weight}, {{"strides", Ints{0, 1}}}},
      {"Conv", {data, weight}, {{"strides", Ints{1}}}},
      {"Conv", {data, weight}, {{"pads", Ints{-4, -4, -4, -4}}}},
      {"Conv", {data, weight}, {{"dilations", Ints{huge, 1}}}},
      {"Conv", {data, weight}, {{"dilations", Ints{4, 4}}}},
      {"Conv", {data, weight}, {{"group", std::int64_t{3}}}},
      {"Conv", {data, weight}, {{"group", std::int64_t{0}}}},
      {"Conv", {data, weight}, {{"group", huge}}},
      {"Conv", {data, weight}, {{"auto_pad", std::string("SAME")}}},
      {"Conv", {data, {4, 4, 9, 9}}, {}},
      {"Conv", {data, {4, 4, 0, 3}}, {}},
      {"Conv", {data, {4, 3, 3, 3}}, {}},
      {"Conv", {data, {4, 4, 3}}, {}},
      {"Conv", {{1, 4}, {4, 4}}, {}},
      {"MaxPool", {data}, {}},
      {"MaxPool", {data}, {{"kernel_shape", Ints{3, -1}}}},
      {"MaxPool", {data}, {{"kernel_shape", Ints{9, 9}}}},
      {"MaxPool", {{1, 4, 8, huge}}, {{"kernel_shape", Ints{1, 1}}}},
      {"LpPool", {data}, {{"kernel_shape", Ints{2, 2}}, {"p", std::int64_t{0}}}},
      {"ConvTranspose", {data, weight}, {{"pads", Ints{9, 9, 9, 9}}}},
      {"ConvTranspose", {data, weight}, {{"group", std::int64_t{3}}}},
      {"ConvTranspose", {data, weight}, {{"output_shape", Ints{-1, 5}}}},
      {"ConvTranspose", {{1, 4, 8, huge / 16}, weight}, {{"strides", Ints{1 << 30, 1 << 30}}}},
      {"MatMul", {{2, 3}, {4, 5}}, {}},
      {"MatMul", {{}, {4, 5}}, {}},
      {"Gemm", {{2, 3}, {3, 4}, {3, 4}}, {}},
      {"Einsum", {{2, 3}, {3, 4}}, {{"equation", std::string("ij,jk->il")}}},
      {"Einsum", {{2, 3}, {3, 4}}, {{"equation", std::string("ij->i")}}},
      {"Einsum", {{2, 3}}, {{"equation", std::string("ii->i")}}},
      {"Einsum", {{2, 3}}, {{"equation", std::string("i->i")}}},
      {"Einsum", {{2, 3}}, {{"equation", std::string("ij->...i")}}},
      {"Einsum", {{2, 3}}, {{"equation", std::string("i.j->i")}}},
      {"Einsum", {{2, 3}}, {{"equation", std::string("ij->ii")}}},
      {"LSTM", {{5, 2, 3}, {1, 16, 3}, {1, 16, 5}}, {{"hidden_size", std::int64_t{4}}}},
      {"LSTM", {{5, 2, 3}, {1, 16, 3}, {1, 16, 4}}, {{"hidden_size", huge}}},
      {"LSTM", {{5, 2, 3}, {1, 16, 3}, {1, 16, 4}}, {{"layout", std::int64_t{2}}}},
      {"GRU", {{5, 2, 3}, {1, 16, 3}, {1, 16, 4}}, {}},
      {"RNN",
       {{5, 2, 3}, {1, 4, 3}, {1, 4, 4}},
       {{"activations", std::vector<std::string>{"Exp"}}}},
      {"BatchNormalization", {data, {4}, {4}, {4}, {5}}, {}},
      {"LayerNormalization", {data, {7}}, {}},
      {"LayerNormalization", {data, {8}}, {{"axis", std::int64_t{4}}}},
      {"GroupNormalization", {data, {4}, {4}}, {{"num_groups", std::int64_t{3}}}},
      {"GroupNormalization", {data, {4}, {4}}, {{"num_groups", std::int64_t{0}}}},
      {"LRN", {data}, {{"size", std::int64_t{0}}}},
      {"DepthToSpace", {data}, {{"blocksize", std::int64_t{3}}}},
      {"DepthToSpace", {data}, {{"blocksize", huge}}},
      {"SpaceToDepth", {{1, huge / 2, 8, 8}}, {{"blocksize", std::int64_t{4}}}},
      {"Resize", {data}, {}},
      {"Resize", {data, {8}, {4}}, {{"mode", std::string("best")}}},
  };
  for (std::size_t i = 0; i < tests.size(); ++i) {
    EXPECT_THROW(infer(tests[i]), InvalidModel) << i << ": " << tests[i].op;
  }
}

TEST(Rules, LeaveFreeDimensionsFree) {
  EXPECT_EQ(infer({"Conv", {{-1, 4, -1, 8}, {6, 4, 3, 3}}, {}})[0].shape, (Shape{-1, 6, -1, 6}));
  EXPECT_EQ(infer({"MaxPool", {{-1, -1, -1}}, {{"kernel_shape", Ints{2}}}})[0].shape,
            (Shape{-1, -1, -1}));
  EXPECT_EQ(infer({"ConvTranspose", {{-1, 4, -1}, {4, 6, 3}}, {}})[0].shape, (Shape{-1, 6, -1}));
  EXPECT_EQ(infer({"LSTM", {{-1, -1, 3}, {1, 16, 3}, {1, 16, 4}}, {}})[2].shape, (Shape{1, -1, 4}));
  EXPECT_EQ(
      infer({"Einsum", {{-1, 3, 4}, {-1, 4, 5}}, {{"equation", std::string("bij,bjk->bik")}}})[0]
          .shape,
      (Shape{-1, 3, 5}));
  EXPECT_EQ(infer({"Resize", {{1, 2, -1, 4}, {0}, {4}}, {}})[0].shape, (Shape{-1, -1, -1, -1}));
}

}  // namespace
}  // namespace paretune::model
