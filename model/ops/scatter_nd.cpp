// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/scatter.h"
#include "model/ops/slice_indices.h"

namespace paretune::model {
namespace {

/// ONNX ScatterND-18 (and 11, 13, 16): slices of the data replaced by or reduced with updates.
class ScatterND : public Operator {
 public:
  std::string_view op_type() const override { return "ScatterND"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& indices = required(context, 1);
    const auto& updates = required(context, 2);
    require_same_type(data, updates);
    const std::size_t depth = slice_depth(data, indices, 0);
    reduction_of(context.node);
    Shape expected(indices.shape.begin(), indices.shape.end() - 1);
    expected.insert(expected.end(), data.shape.begin() + static_cast<std::ptrdiff_t>(depth),
                    data.shape.end());
    if (updates.shape.size() != expected.size()) {
      throw InvalidModel(
          fmt::format("updates {} must have rank {}", to_text(updates.shape), expected.size()));
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      require_dim(updates, i, expected[i], "one slice of updates per index");
    }
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor out = *inputs[0];
    const auto slices = slices_of(out, *inputs[1], 0);
    std::size_t from = 0;
    for (const std::size_t to : slices.offsets) {
      scatter(reduction_of(node), *inputs[2], from, out, to, slices.size);
      from += slices.size;
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_scatter_nd() { return std::make_unique<ScatterND>(); }

}  // namespace paretune::model
