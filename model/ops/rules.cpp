// SPDX-License-Identifier: Apache-2.0
#include "model/ops/rules.h"

#include <fmt/format.h>

#include "model/ops/dispatch.h"

namespace paretune::model {

std::string node_prefix(const Node& node) {
  return fmt::format("node '{}' ({}): ", node.name, node.op_type);
}

const ValueInfo& required(const InferContext& context, std::size_t index) {
  const ValueInfo* value = optional(context, index);
  if (value == nullptr) throw InvalidModel(fmt::format("input {} is missing", index));
  return *value;
}

const ValueInfo* optional(const InferContext& context, std::size_t index) {
  return index < context.inputs.size() ? context.inputs[index] : nullptr;
}

const Tensor* constant(const InferContext& context, std::size_t index) {
  return index < context.constants.size() ? context.constants[index] : nullptr;
}

ValueInfo output_of(ElementType type, Shape shape) { return {"", type, std::move(shape), {}}; }

bool is_half(ElementType type) { return type == ElementType::f16 || type == ElementType::bf16; }

void require_floating(const ValueInfo& value) {
  if (!is_half(value.type)) for_floating(value.type, []<typename T>() {});
}

void require_arithmetic(const ValueInfo& value) {
  if (!is_half(value.type)) for_arithmetic(value.type, []<typename T>() {});
}

void require_same_type(const ValueInfo& a, const ValueInfo& b) {
  if (a.type != b.type) {
    throw InvalidModel(fmt::format("inputs are {} and {} but must have one element type",
                                   to_text(a.type), to_text(b.type)));
  }
}

void require_rank(const ValueInfo& value, std::size_t rank) {
  if (value.shape.size() != rank) {
    throw UnsupportedModel(fmt::format("'{}' has shape {} but only rank {} is supported",
                                       value.name, to_text(value.shape), rank));
  }
}

void require_dim(const ValueInfo& value, std::size_t axis, std::int64_t expected,
                 std::string_view what) {
  const std::int64_t dim = value.shape.at(axis);
  if (dim >= 0 && expected >= 0 && dim != expected) {
    throw InvalidModel(fmt::format("'{}' has shape {} where dimension {} must be {} ({})",
                                   value.name, to_text(value.shape), axis, expected, what));
  }
}

std::size_t normalized_axis(std::int64_t axis, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) {
    throw InvalidModel(fmt::format("axis {} is outside a tensor of rank {}", axis, rank));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

std::vector<std::int64_t> int64_values(const Tensor& tensor) {
  if (tensor.type() != ElementType::i64) {
    throw InvalidModel(
        fmt::format("a shape or list of axes is {} but must be i64", to_text(tensor.type())));
  }
  const auto data = tensor.data<std::int64_t>();
  return {data.begin(), data.end()};
}

std::int64_t product(const Shape& shape, std::size_t begin, std::size_t end) {
  const Shape part(shape.begin() + static_cast<std::ptrdiff_t>(begin),
                   shape.begin() + static_cast<std::ptrdiff_t>(end));
  for (const std::int64_t dim : part) {
    if (dim < 0) return -1;
  }
  return element_count(part);
}

ActualContext::ActualContext(const Node& node, std::int64_t opset,
                             std::span<const Tensor* const> inputs)
    : infos_(inputs.size()), context_{node, opset, {}, {}} {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor* tensor = inputs[i];
    if (tensor != nullptr) infos_[i] = {node.input(i), tensor->type(), tensor->shape(), {}};
    context_.inputs.push_back(tensor == nullptr ? nullptr : &infos_[i]);
    context_.constants.push_back(tensor);
  }
}

std::vector<ValueInfo> infer_from(const Operator& op, const Node& node, std::int64_t opset,
                                  std::span<const Tensor* const> inputs) {
  return op.infer(ActualContext(node, opset, inputs).get());
}

}  // namespace paretune::model
