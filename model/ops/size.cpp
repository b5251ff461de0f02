// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// ONNX Size-25 (and 1 on): the number of elements.
class Size : public Mover {
 public:
  std::string_view op_type() const override { return "Size"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    required(context, 0);
    return {output_of(ElementType::i64, {})};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    return {Tensor::of<std::int64_t>({}, {static_cast<std::int64_t>(inputs[0]->count())})};
  }
};

}  // namespace

std::unique_ptr<Operator> make_size() { return std::make_unique<Size>(); }

}  // namespace paretune::model
