// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/convert.h"
#include "model/onnx/data_type.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

Conversion conversion_of(const Node& node) {
  Conversion conversion;
  conversion.saturate = node.int_attribute("saturate", 1) != 0;
  const std::string mode = node.string_attribute("round_mode", "up");
  if (mode == "down") {
    conversion.scale_rounding = ScaleRounding::down;
  } else if (mode == "nearest") {
    conversion.scale_rounding = ScaleRounding::nearest;
  } else if (mode != "up") {
    throw InvalidModel(fmt::format("'{}' is not a round_mode of ONNX", mode));
  }
  return conversion;
}

/// ONNX Cast-25 (and 6, 9, 13, 19, 21, 23, 24): all pairs of numeric types.
class Cast : public Operator {
 public:
  std::string_view op_type() const override { return "Cast"; }
  bool takes_halves() const override { return true; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    if (!context.node.attributes.contains("to")) throw InvalidModel("attribute 'to' is missing");
    conversion_of(context.node);
    return {output_of(element_type_of_onnx(context.node.int_attribute("to", 0)), data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    return {converted(*inputs[0], info.type, conversion_of(node))};
  }
};

/// ONNX CastLike-25 (and 15, 19, 21, 23, 24): to the element type of the second input.
class CastLike : public Operator {
 public:
  std::string_view op_type() const override { return "CastLike"; }
  bool takes_halves() const override { return true; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    conversion_of(context.node);
    return {output_of(required(context, 1).type, required(context, 0).shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    return {converted(*inputs[0], info.type, conversion_of(node))};
  }
};

}  // namespace

std::unique_ptr<Operator> make_cast() { return std::make_unique<Cast>(); }
std::unique_ptr<Operator> make_cast_like() { return std::make_unique<CastLike>(); }

}  // namespace paretune::model
