// SPDX-License-Identifier: Apache-2.0
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// ONNX Relu-14 (and 6, 13): max(0, x); NaN stays NaN.
class Relu : public Operator {
 public:
  std::string_view op_type() const override { return "Relu"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_arithmetic(data);
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor out = *inputs[0];
    for_arithmetic(out.type(), [&]<typename T>() {
      for (T& value : out.data<T>()) value = value < T{0} ? T{0} : value;
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_relu() { return std::make_unique<Relu>(); }

}  // namespace paretune::model
