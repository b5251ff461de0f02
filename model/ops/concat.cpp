// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

std::size_t axis_of(const Node& node, std::size_t rank) {
  if (!node.attributes.contains("axis")) throw InvalidModel("attribute 'axis' is missing");
  return normalized_axis(node.int_attribute("axis", 0), rank);
}

/// ONNX Concat-13 (and 4, 11): any element type.
class Concat : public Mover {
 public:
  std::string_view op_type() const override { return "Concat"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& first = required(context, 0);
    const std::size_t axis = axis_of(context.node, first.shape.size());
    Shape shape = first.shape;
    for (std::size_t i = 1; i < context.inputs.size(); ++i) {
      const auto& next = required(context, i);
      require_same_type(first, next);
      if (next.shape.size() != shape.size()) {
        throw InvalidModel(fmt::format("shapes {} and {} have different ranks",
                                       to_text(first.shape), to_text(next.shape)));
      }
      for (std::size_t d = 0; d < shape.size(); ++d) {
        if (d != axis) require_dim(next, d, shape[d], "all inputs agree outside the axis");
        if (d != axis && shape[d] < 0) shape[d] = next.shape[d];
      }
      const bool free = shape[axis] < 0 || next.shape[axis] < 0;
      std::int64_t sum = -1;
      if (!free && __builtin_add_overflow(shape[axis], next.shape[axis], &sum)) {
        throw InvalidModel("the joined dimension has more elements than 63 bits can count");
      }
      shape[axis] = sum;
    }
    return {output_of(first.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const std::size_t axis = axis_of(node, info.shape.size());
    const auto outer = static_cast<std::size_t>(product(info.shape, 0, axis));
    std::size_t to = 0;
    for (std::size_t i = 0; i < outer; ++i) {
      for (const Tensor* input : inputs) {
        const std::size_t block = input->count() / outer;
        copy_elements(*input, i * block, out, to, block);
        to += block;
      }
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_concat() { return std::make_unique<Concat>(); }

}  // namespace paretune::model
