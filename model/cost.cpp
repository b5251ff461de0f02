// SPDX-License-Identifier: Apache-2.0
#include "model/cost.h"

#include <algorithm>
#include <set>

namespace paretune::model {
namespace {

double elements(const Shape& shape, std::size_t begin = 0) {
  double count = 1;
  for (std::size_t i = begin; i < shape.size(); ++i) {
    count *= static_cast<double>(std::max<std::int64_t>(shape[i], 1));
  }
  return count;
}

const Shape& shape_of(const Graph& graph, const std::string& value) {
  static const Shape none;
  const auto found = graph.values.find(value);
  return found == graph.values.end() ? none : found->second.shape;
}

double dim(const Shape& shape, std::size_t axis) {
  return axis < shape.size() ? static_cast<double>(std::max<std::int64_t>(shape[axis], 1)) : 1;
}

/// Multiply-adds of the operators that sum products, 0 for others.
double multiply_adds(const Graph& graph, const Node& node, const Shape& out) {
  const Shape& a = shape_of(graph, node.input(0));
  const Shape& b = shape_of(graph, node.input(1));
  const std::string& op = node.op_type;
  if (op == "Conv" || op == "ConvInteger") return elements(out) * elements(b, 1);
  if (op == "QLinearConv") return elements(out) * elements(shape_of(graph, node.input(3)), 1);
  if (op == "ConvTranspose") return elements(a) * elements(b, 1);
  if (op == "MatMul" || op == "MatMulInteger" || op == "QLinearMatMul") {
    return elements(out) * (a.empty() ? 1 : dim(a, a.size() - 1));
  }
  if (op == "Gemm") {
    return elements(out) * dim(a, node.int_attribute("transA", 0) != 0 ? 0 : 1);
  }
  if (op == "LSTM" || op == "GRU" || op == "RNN") {
    // W [directions, gates*hidden, in] and R [directions, gates*hidden, hidden] once per step.
    return dim(a, 0) * dim(a, 1) * (elements(b) + elements(shape_of(graph, node.input(2))));
  }
  return 0;
}

/// Arithmetic operations per output (or, for reductions, input) element of everything else.
double other_flops(const Graph& graph, const Node& node, const Shape& out) {
  static const std::set<std::string> elementwise = {"Add",
                                                    "Sub",
                                                    "Mul",
                                                    "Div",
                                                    "Pow",
                                                    "Sqrt",
                                                    "Exp",
                                                    "Log",
                                                    "Erf",
                                                    "Abs",
                                                    "Neg",
                                                    "Reciprocal",
                                                    "Min",
                                                    "Max",
                                                    "Relu",
                                                    "LeakyRelu",
                                                    "PRelu",
                                                    "Tanh",
                                                    "Sigmoid",
                                                    "HardSigmoid",
                                                    "HardSwish",
                                                    "Gelu",
                                                    "Elu",
                                                    "Softplus",
                                                    "Clip",
                                                    "Sum",
                                                    "Mean",
                                                    "QuantizeLinear",
                                                    "DequantizeLinear"};
  const Shape& in = shape_of(graph, node.input(0));
  const std::string& op = node.op_type;
  if (elementwise.contains(op)) return elements(out);
  if (op == "Softmax" || op == "LogSoftmax") return 4 * elements(out);
  if (op.ends_with("Normalization")) return 5 * elements(out);
  if (op.starts_with("Reduce") || op.starts_with("Global") || op == "CumSum") return elements(in);
  if (op == "MaxPool" || op == "AveragePool") {
    return elements(out) * elements(node.ints_attribute("kernel_shape", {}));
  }
  return 0;
}

}  // namespace

NodeCost cost_of(const Graph& graph, const Node& node) {
  NodeCost cost;
  std::set<std::string> values(node.inputs.begin(), node.inputs.end());
  for (const auto& input : values) {
    const auto constant = graph.initializers.find(input);
    if (constant != graph.initializers.end()) {
      cost.parameters += static_cast<std::int64_t>(constant->second.count());
    }
  }
  values.insert(node.outputs.begin(), node.outputs.end());
  for (const auto& value : values) {
    const auto found = graph.values.find(value);
    if (found == graph.values.end()) continue;
    cost.bytes += elements(found->second.shape) * static_cast<double>(size_of(found->second.type));
  }
  if (node.outputs.empty()) return cost;
  const Shape& out = shape_of(graph, node.outputs[0]);
  cost.flops = 2 * multiply_adds(graph, node, out);
  if (cost.flops == 0) cost.flops = other_flops(graph, node, out);
  return cost;
}

}  // namespace paretune::model
