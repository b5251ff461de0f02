// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/ops/factories.h"
#include "model/ops/views.h"

namespace paretune::model {
namespace {

/// Replaces 0 by the input's dimension (unless allowzero).
Shape copy_zeros(Shape target, const Shape& from, bool allow_zero) {
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

/// Resolves the one -1 of a shape from the number of elements; -1 stays when that is free.
Shape fill_in(const Shape& asked, const Shape& from, bool allow_zero) {
  Shape shape = copy_zeros(asked, from, allow_zero);
  std::size_t wild = shape.size(), wilds = 0;
  std::int64_t known = 1;
  bool free = false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (asked[i] == -1) {
      wild = i;
      ++wilds;
    } else if (shape[i] < 0) {
      free = true;
    } else if (__builtin_mul_overflow(known, shape[i], &known)) {
      throw InvalidModel(fmt::format("shape {} is too large", to_text(asked)));
    }
  }
  if (wilds > 1) throw InvalidModel(fmt::format("shape {} has two -1", to_text(asked)));
  const std::int64_t count = product(from, 0, from.size());
  if (free || count < 0) return shape;
  if (wilds == 1 && known > 0 && count % known == 0) shape[wild] = count / known;
  if (product(shape, 0, shape.size()) != count) {
    throw InvalidModel(fmt::format("{} elements do not fill shape {}", count, to_text(asked)));
  }
  return shape;
}

/// ONNX Reshape-14 (and 5, 13).
class Reshape : public View {
 public:
  std::string_view op_type() const override { return "Reshape"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    required(context, 1);
    const Tensor* shape = constant(context, 1);
    if (shape == nullptr) {
      throw UnsupportedModel("a shape computed at run time is not supported; make it a constant");
    }
    const bool allow_zero = context.node.int_attribute("allowzero", 0) != 0;
    return {output_of(data.type, fill_in(int64_values(*shape), data.shape, allow_zero))};
  }
};

}  // namespace

std::unique_ptr<Operator> make_reshape() { return std::make_unique<Reshape>(); }

}  // namespace paretune::model
