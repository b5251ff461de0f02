// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/ops/factories.h"
#include "model/ops/views.h"

namespace paretune::model {
namespace {

/// ONNX Flatten-25 (and 1 on): two dimensions, split at `axis`.
class Flatten : public View {
 public:
  std::string_view op_type() const override { return "Flatten"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto rank = static_cast<std::int64_t>(data.shape.size());
    const std::int64_t axis = context.node.int_attribute("axis", 1);
    if (axis < -rank || axis > rank) {
      throw InvalidModel(fmt::format("axis {} is outside a tensor of rank {}", axis, rank));
    }
    const auto split = static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
    return {output_of(
        data.type, {product(data.shape, 0, split), product(data.shape, split, data.shape.size())})};
  }
};

}  // namespace

std::unique_ptr<Operator> make_flatten() { return std::make_unique<Flatten>(); }

}  // namespace paretune::model
