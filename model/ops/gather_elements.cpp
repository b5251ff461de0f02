// SPDX-License-Identifier: Apache-2.0
#include "model/ops/element_indices.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX GatherElements-13 (and 11): out[i][j] = data[index[i][j]][j] for axis 0.
class GatherElements : public Mover {
 public:
  std::string_view op_type() const override { return "GatherElements"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& indices = required(context, 1);
    check_element_indices(context.node, data, indices);
    return {output_of(data.type, indices.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    std::size_t to = 0;
    for (const std::size_t from : element_offsets(node, *inputs[0], *inputs[1])) {
      copy_elements(*inputs[0], from, out, to++);
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_gather_elements() { return std::make_unique<GatherElements>(); }

}  // namespace paretune::model
