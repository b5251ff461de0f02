// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/convert.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

void require_float(const ValueInfo& value) {
  if (!is_small_float(value.type)) require_floating(value);
}

template <typename Test>
Tensor test_each(const Tensor& data, Test&& test) {
  const Tensor values = converted(data, ElementType::f64);
  Tensor out(ElementType::boolean, data.shape());
  for (std::size_t i = 0; i < out.count(); ++i)
    out.data<bool>()[i] = test(values.data<double>()[i]);
  return out;
}

/// ONNX IsNaN-20 (and 9, 13).
class IsNaN : public Operator {
 public:
  std::string_view op_type() const override { return "IsNaN"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    require_float(required(context, 0));
    return {output_of(ElementType::boolean, context.inputs[0]->shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    return {test_each(*inputs[0], [](double value) { return std::isnan(value); })};
  }
};

/// ONNX IsInf-20 (and 10): infinities of the signs that detect_positive and detect_negative name.
class IsInf : public Operator {
 public:
  std::string_view op_type() const override { return "IsInf"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    require_float(required(context, 0));
    return {output_of(ElementType::boolean, context.inputs[0]->shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    const bool positive = node.int_attribute("detect_positive", 1) != 0;
    const bool negative = node.int_attribute("detect_negative", 1) != 0;
    return {test_each(*inputs[0], [&](double value) {
      return std::isinf(value) && (value > 0 ? positive : negative);
    })};
  }
};

}  // namespace

std::unique_ptr<Operator> make_is_inf() { return std::make_unique<IsInf>(); }
std::unique_ptr<Operator> make_is_nan() { return std::make_unique<IsNaN>(); }

}  // namespace paretune::model
