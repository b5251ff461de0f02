// SPDX-License-Identifier: Apache-2.0
#include "model/ops/axes.h"
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

std::vector<std::size_t> permutation(const Node& node, std::size_t rank) {
  std::vector<std::int64_t> reversed;
  for (std::size_t i = rank; i-- > 0;) reversed.push_back(static_cast<std::int64_t>(i));
  const auto asked = node.ints_attribute("perm", reversed);
  if (asked.size() != rank)
    throw InvalidModel("'perm' names another number of axes than there are");
  normalized_axes(asked, rank);
  std::vector<std::size_t> order;
  order.reserve(rank);
  for (const std::int64_t axis : asked) order.push_back(normalized_axis(axis, rank));
  return order;
}

/// ONNX Transpose-25 (and 1 on): any element type.
class Transpose : public Mover {
 public:
  std::string_view op_type() const override { return "Transpose"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    Shape shape;
    for (const std::size_t axis : permutation(context.node, data.shape.size())) {
      shape.push_back(data.shape[axis]);
    }
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const Tensor& data = *inputs[0];
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const auto order = permutation(node, data.rank());
    const auto strides = strides_of(data.shape());
    std::size_t to = 0;
    for_each_index(info.shape, [&](const std::vector<std::int64_t>& index) {
      std::int64_t from = 0;
      for (std::size_t i = 0; i < index.size(); ++i) from += index[i] * strides[order[i]];
      copy_elements(data, static_cast<std::size_t>(from), out, to++);
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_transpose() { return std::make_unique<Transpose>(); }

}  // namespace paretune::model
