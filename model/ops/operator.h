// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "model/graph.h"

namespace paretune::model {

/// What a shape rule sees: the node, its inputs' types and shapes, and those inputs that are
/// constants (nullptr otherwise). Omitted optional inputs have a nullptr info.
struct InferContext {
  const Node& node;
  std::int64_t opset;
  std::vector<const ValueInfo*> inputs;
  std::vector<const Tensor*> constants;
};

/// One ONNX operator: its shape rule and its clear host reference. Stateless. The reference
/// accumulates floating sums in double and is the truth every kernel is compared with.
///
/// f16 and bf16 come for free: list.cpp wraps each operator (ops/halves.h) so that evaluate() is
/// given f32 in their place and its f32 results are rounded to the type that infer() says. The rule
/// only has to let them pass, as require_floating() and require_arithmetic() of rules.h do; checks
/// of dispatch.h do not.
class Operator {
 public:
  virtual ~Operator() = default;
  /// ONNX operator type, e.g. "Conv".
  virtual std::string_view op_type() const = 0;
  /// Types and shapes of all outputs (names left empty). Throws InvalidModel.
  virtual std::vector<ValueInfo> infer(const InferContext& context) const = 0;
  /// Computes all outputs; `inputs` follow node.inputs, nullptr for omitted ones.
  virtual std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                                       std::span<const Tensor* const> inputs) const = 0;
  /// Whether evaluate() wants f16 and bf16 tensors as they are: for operators that only move
  /// elements or convert them themselves.
  virtual bool takes_halves() const { return false; }
};

/// All operators, in the order of list.cpp: the one place to add one.
const std::vector<std::unique_ptr<Operator>>& operators();
/// The operator of that type in the default domain, or nullptr.
const Operator* find_operator(std::string_view op_type, std::string_view domain = "");

}  // namespace paretune::model
