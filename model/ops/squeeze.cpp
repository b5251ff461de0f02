// SPDX-License-Identifier: Apache-2.0
#include "model/ops/axes.h"
#include "model/ops/factories.h"
#include "model/ops/views.h"

namespace paretune::model {
namespace {

/// ONNX Squeeze-25 (and 1, 11, 13 on): drops dimensions of size 1.
class Squeeze : public View {
 public:
  std::string_view op_type() const override { return "Squeeze"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    if (axes_are_computed(context)) {
      const std::size_t gone = free_shape(required(context, 1)).size();
      if (gone > data.shape.size()) throw InvalidModel("more axes are squeezed than there are");
      return {output_of(data.type, Shape(data.shape.size() - gone, -1))};
    }
    const auto axes = axes_of(context);
    const auto dropped = axes ? normalized_axes(*axes, data.shape.size()) : std::set<std::size_t>();
    Shape shape;
    for (std::size_t i = 0; i < data.shape.size(); ++i) {
      if (!axes && data.shape[i] < 0) {
        throw UnsupportedModel("which axes are squeezed depends on the input's size; name them");
      }
      const bool drop = axes ? dropped.contains(i) : data.shape[i] == 1;
      if (drop) require_dim(data, i, 1, "it is squeezed");
      if (!drop) shape.push_back(data.shape[i]);
    }
    return {output_of(data.type, std::move(shape))};
  }
};

}  // namespace

std::unique_ptr<Operator> make_squeeze() { return std::make_unique<Squeeze>(); }

}  // namespace paretune::model
