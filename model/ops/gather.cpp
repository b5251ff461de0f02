// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// ONNX Gather-13 (and 1, 11): whole slices along one axis.
class Gather : public Mover {
 public:
  std::string_view op_type() const override { return "Gather"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& indices = required(context, 1);
    require_index_type(indices);
    const auto axis = normalized_axis(context.node.int_attribute("axis", 0), data.shape.size());
    Shape shape(data.shape.begin(), data.shape.begin() + static_cast<std::ptrdiff_t>(axis));
    shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
    shape.insert(shape.end(), data.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
                 data.shape.end());
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const Tensor& data = *inputs[0];
    Tensor out(info.type, info.shape);
    const auto axis = normalized_axis(node.int_attribute("axis", 0), data.rank());
    const auto block = static_cast<std::size_t>(product(data.shape(), axis + 1, data.rank()));
    const auto indices = index_values(*inputs[1]);
    for (const std::int64_t index : indices) checked_index(index, data.dim(axis));
    if (out.count() == 0) return {std::move(out)};
    const auto dim = static_cast<std::size_t>(data.dim(axis));
    std::size_t to = 0;
    for (std::size_t outer = 0; outer < data.count() / (dim * block); ++outer) {
      for (const std::int64_t index : indices) {
        const auto at = static_cast<std::size_t>(checked_index(index, data.dim(axis)));
        copy_elements(data, (outer * dim + at) * block, out, to, block);
        to += block;
      }
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_gather() { return std::make_unique<Gather>(); }

}  // namespace paretune::model
