// SPDX-License-Identifier: Apache-2.0
#include "model/ops/element_indices.h"
#include "model/ops/factories.h"
#include "model/ops/scatter.h"

namespace paretune::model {
namespace {

/// ONNX ScatterElements-18 (and 11, 13, 16): out[index[i][j]][j] gets updates[i][j] for axis 0.
class ScatterElements : public Operator {
 public:
  std::string_view op_type() const override { return "ScatterElements"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& indices = required(context, 1);
    const auto& updates = required(context, 2);
    require_same_type(data, updates);
    check_element_indices(context.node, data, indices);
    reduction_of(context.node);
    if (updates.shape.size() != indices.shape.size()) {
      throw InvalidModel(fmt::format("updates {} and indices {} differ in shape",
                                     to_text(updates.shape), to_text(indices.shape)));
    }
    for (std::size_t i = 0; i < indices.shape.size(); ++i) {
      require_dim(updates, i, indices.shape[i], "one update per index");
    }
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor out = *inputs[0];
    std::size_t from = 0;
    for (const std::size_t to : element_offsets(node, out, *inputs[1])) {
      scatter(reduction_of(node), *inputs[2], from++, out, to, 1);
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_scatter_elements() { return std::make_unique<ScatterElements>(); }

}  // namespace paretune::model
