// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "model/ops/factories.h"
#include "model/ops/views.h"

namespace paretune::model {
namespace {

/// Replaces 0 by the input's dimension (unless allowzero).
Shape copy_zeros(Shape target, const Shape& from, bool allow_zero) {
  const bool both = std::ranges::count(target, 0) > 0 && std::ranges::count(target, -1) > 0;
  if (allow_zero && both) {
    throw InvalidModel(fmt::format("shape {} has 0 and -1 with allowzero", to_text(target)));
  }
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] < -1) throw InvalidModel(fmt::format("shape {} is unusable", to_text(target)));
    if (target[i] != 0 || allow_zero) continue;
    if (i >= from.size()) {
      throw InvalidModel(
          fmt::format("shape {} copies dimension {} of {}", to_text(target), i, to_text(from)));
    }
    target[i] = from[i];
  }
  return target;
}

/// Resolves the one -1 of a shape from the number of elements; -1 stays when that is free. A
/// dimension that is copied counts on neither side, so it may be free.
Shape fill_in(const Shape& asked, const Shape& from, bool allow_zero) {
  Shape shape = copy_zeros(asked, from, allow_zero);
  Shape rest_of_shape, rest_of_from;
  std::size_t wild = shape.size();
  for (std::size_t i = 0; i < std::max(shape.size(), from.size()); ++i) {
    const bool copied = i < shape.size() && asked[i] == 0 && !allow_zero;
    if (i < from.size() && !copied) rest_of_from.push_back(from[i]);
    if (i >= shape.size() || copied) continue;
    if (asked[i] != -1) {
      rest_of_shape.push_back(asked[i]);
    } else if (wild != shape.size()) {
      throw InvalidModel(fmt::format("shape {} has two -1", to_text(asked)));
    } else {
      wild = i;
    }
  }
  const std::int64_t known = element_count(rest_of_shape);
  const std::int64_t count = product(rest_of_from, 0, rest_of_from.size());
  if (count < 0) return shape;
  const bool fits = wild == shape.size() ? count == known : known > 0 && count % known == 0;
  if (!fits) {
    throw InvalidModel(fmt::format("{} does not fill shape {}", to_text(from), to_text(asked)));
  }
  if (wild != shape.size()) shape[wild] = count / known;
  return shape;
}

/// ONNX Reshape-25 (and 5, 13, 14, 19 on).
class Reshape : public View {
 public:
  std::string_view op_type() const override { return "Reshape"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    required(context, 1);
    const Tensor* shape = constant(context, 1);
    if (shape == nullptr) return {output_of(data.type, free_shape(required(context, 1)))};
    vector_length(required(context, 1));
    const bool allow_zero = context.node.int_attribute("allowzero", 0) != 0;
    return {output_of(data.type, fill_in(int64_values(*shape), data.shape, allow_zero))};
  }
};

}  // namespace

std::unique_ptr<Operator> make_reshape() { return std::make_unique<Reshape>(); }

}  // namespace paretune::model
