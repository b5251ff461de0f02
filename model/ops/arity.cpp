// SPDX-License-Identifier: Apache-2.0
#include "model/ops/arity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "model/errors.h"

namespace paretune::model {
namespace {

struct Arity {
  std::string_view op_type;
  std::size_t least_inputs, most_inputs, least_outputs, most_outputs;
};

constexpr std::size_t many = static_cast<std::size_t>(-1);

// Over all versions from operator set 7 on; an If has what its branches capture behind its input.
constexpr std::array<Arity, 100> arities = {{{"Abs", 1, 1, 1, 1},
                                             {"Add", 2, 2, 1, 1},
                                             {"And", 2, 2, 1, 1},
                                             {"ArgMax", 1, 1, 1, 1},
                                             {"AveragePool", 1, 1, 1, 1},
                                             {"BatchNormalization", 5, 5, 1, 5},
                                             {"Cast", 1, 1, 1, 1},
                                             {"Clip", 1, 3, 1, 1},
                                             {"Concat", 1, many, 1, 1},
                                             {"Constant", 0, 0, 1, 1},
                                             {"ConstantOfShape", 1, 1, 1, 1},
                                             {"Conv", 2, 3, 1, 1},
                                             {"ConvInteger", 2, 4, 1, 1},
                                             {"ConvTranspose", 2, 3, 1, 1},
                                             {"CumSum", 2, 2, 1, 1},
                                             {"DepthToSpace", 1, 1, 1, 1},
                                             {"DequantizeLinear", 2, 3, 1, 1},
                                             {"Div", 2, 2, 1, 1},
                                             {"Dropout", 1, 3, 1, 2},
                                             {"DynamicQuantizeLinear", 1, 1, 3, 3},
                                             {"Einsum", 1, many, 1, 1},
                                             {"Elu", 1, 1, 1, 1},
                                             {"Equal", 2, 2, 1, 1},
                                             {"Erf", 1, 1, 1, 1},
                                             {"Exp", 1, 1, 1, 1},
                                             {"Expand", 2, 2, 1, 1},
                                             {"Flatten", 1, 1, 1, 1},
                                             {"GRU", 3, 6, 1, 2},
                                             {"Gather", 2, 2, 1, 1},
                                             {"GatherElements", 2, 2, 1, 1},
                                             {"GatherND", 2, 2, 1, 1},
                                             {"Gelu", 1, 1, 1, 1},
                                             {"Gemm", 2, 3, 1, 1},
                                             {"GlobalAveragePool", 1, 1, 1, 1},
                                             {"GlobalMaxPool", 1, 1, 1, 1},
                                             {"Greater", 2, 2, 1, 1},
                                             {"GroupNormalization", 3, 3, 1, 1},
                                             {"HardSigmoid", 1, 1, 1, 1},
                                             {"HardSwish", 1, 1, 1, 1},
                                             {"Identity", 1, 1, 1, 1},
                                             {"If", 1, many, 1, many},
                                             {"InstanceNormalization", 3, 3, 1, 1},
                                             {"LSTM", 3, 8, 1, 3},
                                             {"LayerNormalization", 2, 3, 1, 3},
                                             {"LeakyRelu", 1, 1, 1, 1},
                                             {"Less", 2, 2, 1, 1},
                                             {"Log", 1, 1, 1, 1},
                                             {"LogSoftmax", 1, 1, 1, 1},
                                             {"MatMul", 2, 2, 1, 1},
                                             {"MatMulInteger", 2, 4, 1, 1},
                                             {"Max", 1, many, 1, 1},
                                             {"MaxPool", 1, 1, 1, 2},
                                             {"Min", 1, many, 1, 1},
                                             {"Mul", 2, 2, 1, 1},
                                             {"Neg", 1, 1, 1, 1},
                                             {"NonZero", 1, 1, 1, 1},
                                             {"Not", 1, 1, 1, 1},
                                             {"OneHot", 3, 3, 1, 1},
                                             {"Or", 2, 2, 1, 1},
                                             {"PRelu", 2, 2, 1, 1},
                                             {"Pad", 1, 4, 1, 1},
                                             {"Pow", 2, 2, 1, 1},
                                             {"QLinearConv", 8, 9, 1, 1},
                                             {"QLinearMatMul", 8, 8, 1, 1},
                                             {"QuantizeLinear", 2, 3, 1, 1},
                                             {"RNN", 3, 6, 1, 2},
                                             {"Range", 3, 3, 1, 1},
                                             {"Reciprocal", 1, 1, 1, 1},
                                             {"ReduceL1", 1, 2, 1, 1},
                                             {"ReduceL2", 1, 2, 1, 1},
                                             {"ReduceLogSum", 1, 2, 1, 1},
                                             {"ReduceLogSumExp", 1, 2, 1, 1},
                                             {"ReduceMax", 1, 2, 1, 1},
                                             {"ReduceMean", 1, 2, 1, 1},
                                             {"ReduceMin", 1, 2, 1, 1},
                                             {"ReduceProd", 1, 2, 1, 1},
                                             {"ReduceSum", 1, 2, 1, 1},
                                             {"ReduceSumSquare", 1, 2, 1, 1},
                                             {"Relu", 1, 1, 1, 1},
                                             {"Reshape", 2, 2, 1, 1},
                                             {"Resize", 1, 4, 1, 1},
                                             {"ScatterND", 3, 3, 1, 1},
                                             {"Shape", 1, 1, 1, 1},
                                             {"Sigmoid", 1, 1, 1, 1},
                                             {"Size", 1, 1, 1, 1},
                                             {"Slice", 1, 5, 1, 1},
                                             {"Softmax", 1, 1, 1, 1},
                                             {"Softplus", 1, 1, 1, 1},
                                             {"SpaceToDepth", 1, 1, 1, 1},
                                             {"Split", 1, 2, 1, many},
                                             {"Sqrt", 1, 1, 1, 1},
                                             {"Squeeze", 1, 2, 1, 1},
                                             {"Sub", 2, 2, 1, 1},
                                             {"Tanh", 1, 1, 1, 1},
                                             {"Tile", 2, 2, 1, 1},
                                             {"TopK", 1, 2, 2, 2},
                                             {"Transpose", 1, 1, 1, 1},
                                             {"Trilu", 1, 2, 1, 1},
                                             {"Unsqueeze", 1, 2, 1, 1},
                                             {"Where", 3, 3, 1, 1}}};

std::string range_text(std::size_t least, std::size_t most) {
  if (most == many) return fmt::format("at least {}", least);
  return least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
}

void check(std::size_t count, std::size_t least, std::size_t most, std::string_view what) {
  if (count >= least && count <= most) return;
  throw InvalidModel(fmt::format("it has {} {} where the operator has {}; export the model again",
                                 count, what, range_text(least, most)));
}

}  // namespace

void check_arity(const Node& node) {
  if (!node.domain.empty()) return;
  const auto row = std::ranges::lower_bound(arities, node.op_type, {}, &Arity::op_type);
  if (row == arities.end() || row->op_type != node.op_type) return;
  check(node.inputs.size(), row->least_inputs, row->most_inputs, "inputs");
  check(node.outputs.size(), row->least_outputs, row->most_outputs, "outputs");
}

}  // namespace paretune::model
