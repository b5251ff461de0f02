// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// The one element every element is; f32 zero when the attribute is absent.
Tensor value_of(const Node& node) {
  const auto found = node.attributes.find("value");
  if (found == node.attributes.end()) return Tensor(ElementType::f32, {1});
  const auto* value = std::get_if<Tensor>(&found->second);
  if (value == nullptr || value->count() != 1) {
    throw InvalidModel("attribute 'value' must be a tensor of one element");
  }
  return *value;
}

/// ONNX ConstantOfShape-25 (and 9 on).
class ConstantOfShape : public Mover {
 public:
  std::string_view op_type() const override { return "ConstantOfShape"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& length = required(context, 0);
    const ElementType type = value_of(context.node).type();
    const Tensor* shape = constant(context, 0);
    if (shape == nullptr) return {output_of(type, free_shape(length))};
    vector_length(length);
    const Shape asked = int64_values(*shape);
    byte_count(type, asked);
    return {output_of(type, asked)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const Tensor value = value_of(node);
    for (std::size_t i = 0; i < out.count(); ++i) copy_elements(value, 0, out, i);
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_constant_of_shape() { return std::make_unique<ConstantOfShape>(); }

}  // namespace paretune::model
