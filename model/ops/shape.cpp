// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// The dimensions that `start` and `end` select; both count from the back when negative and are
/// clamped to the rank.
Shape selected(const Node& node, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto position = [&](std::string_view attribute, std::int64_t fallback) {
    const std::int64_t value = node.int_attribute(attribute, fallback);
    return std::clamp<std::int64_t>(value < 0 && value >= -rank ? value + rank : value, 0, rank);
  };
  const std::int64_t start = position("start", 0);
  const std::int64_t end = std::max(start, position("end", rank));
  return {shape.begin() + start, shape.begin() + end};
}

/// ONNX Shape-25 (and 1, 13, 15 on).
class ShapeOperator : public Mover {
 public:
  std::string_view op_type() const override { return "Shape"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const Shape part = selected(context.node, required(context, 0).shape);
    return {output_of(ElementType::i64, {static_cast<std::int64_t>(part.size())})};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    return {Tensor::of<std::int64_t>(info.shape, selected(node, inputs[0]->shape()))};
  }
};

}  // namespace

std::unique_ptr<Operator> make_shape() { return std::make_unique<ShapeOperator>(); }

}  // namespace paretune::model
