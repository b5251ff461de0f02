// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/errors.h"
#include "model/graph.h"
#include "model/ops/operator.h"
#include "model/tensor.h"

namespace paretune::model {

/// "node 'x' (Conv): "
std::string node_prefix(const Node& node);

/// Runs `body`; what it throws about the model gets the node in front of its message.
template <typename Body>
void naming(const Node& node, Body&& body) {
  try {
    body();
  } catch (const InvalidModel& error) {
    throw InvalidModel(node_prefix(node) + error.what());
  } catch (const UnsupportedModel& error) {
    throw UnsupportedModel(node_prefix(node) + error.what());
  }
}

/// Input `index`; throws InvalidModel when it is omitted.
const ValueInfo& required(const InferContext& context, std::size_t index);
/// Input `index`, nullptr when it is omitted.
const ValueInfo* optional(const InferContext& context, std::size_t index);
/// Constant input `index`, nullptr when it is omitted or computed at run time.
const Tensor* constant(const InferContext& context, std::size_t index);

/// A nameless output.
ValueInfo output_of(ElementType type, Shape shape);

/// Whether the type is f16 or bf16, which references see as f32 (Operator).
bool is_half(ElementType type);
/// Throws UnsupportedModel unless `value` is f32, f64, f16 or bf16: what the reference sums in
/// double.
void require_floating(const ValueInfo& value);
/// Throws UnsupportedModel unless `value` is floating, as above, or an integer of 8 bits or more.
void require_arithmetic(const ValueInfo& value);
/// Throws InvalidModel unless both have the same element type.
void require_same_type(const ValueInfo& a, const ValueInfo& b);
/// Throws UnsupportedModel unless the value has that rank.
void require_rank(const ValueInfo& value, std::size_t rank);
/// Throws InvalidModel unless the dimensions agree; a free one agrees with all.
void require_dim(const ValueInfo& value, std::size_t axis, std::int64_t expected,
                 std::string_view what);

/// ONNX axis (negative counts from the back) as an index below `rank`. Throws InvalidModel.
std::size_t normalized_axis(std::int64_t axis, std::size_t rank);
/// The values of a constant i64 tensor. Throws InvalidModel for another type.
std::vector<std::int64_t> int64_values(const Tensor& tensor);
/// Product of dims[begin, end): -1 when one of them is free.
std::int64_t product(const Shape& shape, std::size_t begin, std::size_t end);

/// What a shape rule sees of actual tensors: every input is constant.
class ActualContext {
 public:
  ActualContext(const Node& node, std::int64_t opset, std::span<const Tensor* const> inputs);
  ActualContext(const ActualContext&) = delete;
  ActualContext& operator=(const ActualContext&) = delete;
  const InferContext& get() const { return context_; }

 private:
  std::vector<ValueInfo> infos_;
  InferContext context_;
};

/// Applies the operator's shape rule to actual tensors: output types and shapes, all checks made.
std::vector<ValueInfo> infer_from(const Operator& op, const Node& node, std::int64_t opset,
                                  std::span<const Tensor* const> inputs);

}  // namespace paretune::model
