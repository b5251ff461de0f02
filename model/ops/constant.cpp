// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

Tensor value_of(const Node& node) {
  for (const auto& [name, value] : node.attributes) {
    if (const auto* tensor = std::get_if<Tensor>(&value)) return *tensor;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      return Tensor::of<std::int64_t>({}, {*integer});
    }
    if (const auto* number = std::get_if<float>(&value)) return Tensor::of<float>({}, {*number});
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&value)) {
      return Tensor::of({static_cast<std::int64_t>(integers->size())}, *integers);
    }
    if (const auto* numbers = std::get_if<std::vector<float>>(&value)) {
      return Tensor::of({static_cast<std::int64_t>(numbers->size())}, *numbers);
    }
  }
  throw UnsupportedModel("only dense numbers are supported as a constant's value");
}

/// ONNX Constant-25 (and 1 on): value, value_float(s), value_int(s).
class Constant : public Mover {
 public:
  std::string_view op_type() const override { return "Constant"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const Tensor value = value_of(context.node);
    return {output_of(value.type(), value.shape())};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t,
                               std::span<const Tensor* const>) const override {
    return {value_of(node)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_constant() { return std::make_unique<Constant>(); }

}  // namespace paretune::model
