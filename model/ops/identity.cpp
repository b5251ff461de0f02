// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// ONNX Identity-25 (and 1 on).
class Identity : public Mover {
 public:
  std::string_view op_type() const override { return "Identity"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    return {*inputs[0]};
  }
};

}  // namespace

std::unique_ptr<Operator> make_identity() { return std::make_unique<Identity>(); }

}  // namespace paretune::model
