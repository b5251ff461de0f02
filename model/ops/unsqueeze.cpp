// SPDX-License-Identifier: Apache-2.0
#include "model/ops/axes.h"
#include "model/ops/factories.h"
#include "model/ops/views.h"

namespace paretune::model {
namespace {

/// ONNX Unsqueeze-25 (and 1, 11, 13 on): inserts dimensions of size 1.
class Unsqueeze : public View {
 public:
  std::string_view op_type() const override { return "Unsqueeze"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    if (axes_are_computed(context)) {
      const std::size_t more = free_shape(required(context, 1)).size();
      return {output_of(data.type, Shape(data.shape.size() + more, -1))};
    }
    const auto axes = axes_of(context);
    if (!axes) throw InvalidModel("axes are missing");
    const std::size_t rank = data.shape.size() + axes->size();
    const auto inserted = normalized_axes(*axes, rank);
    Shape shape;
    auto next = data.shape.begin();
    for (std::size_t i = 0; i < rank; ++i) shape.push_back(inserted.contains(i) ? 1 : *next++);
    return {output_of(data.type, std::move(shape))};
  }
};

}  // namespace

std::unique_ptr<Operator> make_unsqueeze() { return std::make_unique<Unsqueeze>(); }

}  // namespace paretune::model
