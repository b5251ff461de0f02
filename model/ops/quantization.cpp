// SPDX-License-Identifier: Apache-2.0
#include "model/ops/quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/convert.h"
#include "model/float16.h"
#include "model/ops/elementwise.h"

namespace paretune::model {
namespace {

bool is_one(const Shape& shape) { return product(shape, 0, shape.size()) == 1; }

/// Whether both have one element or the same shape, as far as that is known before run time.
bool may_agree(const Shape& a, const Shape& b) {
  const bool known = product(a, 0, a.size()) >= 0 && product(b, 0, b.size()) >= 0;
  return !known || a == b || (is_one(a) && is_one(b));
}

void check_blocks(const ValueInfo& data, const ValueInfo& scale, std::size_t axis,
                  std::int64_t block) {
  if (block < 1) throw InvalidModel("attribute 'block_size' must be above zero");
  if (scale.shape.size() != data.shape.size()) {
    throw InvalidModel("scales of blocks must have the rank of the data");
  }
  for (std::size_t i = 0; i < data.shape.size(); ++i) {
    const std::int64_t dim = data.shape[i];
    const std::int64_t blocks = dim < 0 ? -1 : dim / block + (dim % block == 0 ? 0 : 1);
    require_dim(scale, i, i == axis ? blocks : dim, "one scale per block");
  }
}

}  // namespace

void check_quantization(const InferContext& context) {
  const auto& data = required(context, 0);
  const auto& scale = required(context, 1);
  if (scale.type != ElementType::i32 && scale.type != ElementType::f8e8m0) require_floating(scale);
  if (!is_one(scale.shape)) {
    const auto axis = normalized_axis(context.node.int_attribute("axis", 1), data.shape.size());
    const std::int64_t block = context.node.int_attribute("block_size", 0);
    if (block != 0) {
      check_blocks(data, scale, axis, block);
    } else if (scale.shape.size() == 1) {
      require_dim(data, axis, scale.shape[0], "one scale each");
    } else {
      throw InvalidModel("the scale must be a scalar or a vector");
    }
  }
  if (const auto* zero = optional(context, 2)) {
    if (!may_agree(zero->shape, scale.shape)) {
      throw InvalidModel(fmt::format("scale {} and zero point {} have different shapes",
                                     to_text(scale.shape), to_text(zero->shape)));
    }
  }
}

QuantizationMap quantization_map(const Node& node, const Tensor& data, const Tensor& scale) {
  QuantizationMap map;
  if (scale.count() == 1) return map;
  const auto axis = normalized_axis(node.int_attribute("axis", 1), data.rank());
  map.inner = static_cast<std::size_t>(product(data.shape(), axis + 1, data.rank()));
  map.length = static_cast<std::size_t>(data.dim(axis));
  map.axis_stride = 1;
  if (const std::int64_t block = node.int_attribute("block_size", 0); block != 0) {
    map.block = static_cast<std::size_t>(block);
    map.axis_stride = map.inner;
    map.outer_stride = map.inner * static_cast<std::size_t>(scale.dim(axis));
    map.inner_stride = 1;
  }
  return map;
}

QuantizedRange quantized_range(ElementType type) {
  switch (type) {
    case ElementType::i8:
      return {-128, 127};
    case ElementType::u8:
      return {0, 255};
    case ElementType::i16:
      return {-32768, 32767};
    case ElementType::u16:
      return {0, 65535};
    case ElementType::i4:
      return {-8, 7};
    case ElementType::u4:
      return {0, 15};
    case ElementType::i2:
      return {-2, 1};
    case ElementType::u2:
      return {0, 3};
    default:
      return {};
  }
}

void store_quantized(Tensor& out, std::size_t i, double steps, double zero) {
  const QuantizedRange range = quantized_range(out.type());
  const double value = std::isnan(steps) ? zero : std::nearbyint(steps) + zero;
  const auto code =
      static_cast<std::int32_t>(std::clamp<double>(value, range.lowest, range.highest));
  if (size_of(out.type()) == 1) {
    bits8(out)[i] = static_cast<std::uint8_t>(code);
  } else {
    bits16(out)[i] = static_cast<std::uint16_t>(code);
  }
}

Tensor centered(const Tensor& values, const Tensor* zero, std::size_t behind) {
  Tensor wide = converted(values, ElementType::i32);
  if (zero == nullptr) return wide;
  const Tensor point = with_dimensions_behind(converted(*zero, ElementType::i32), behind);
  const Shape shape = broadcast(wide.shape(), point.shape());
  if (shape != wide.shape() && !is_one(point.shape())) {
    throw InvalidModel(fmt::format("zero point {} does not fit data {}", to_text(zero->shape()),
                                   to_text(values.shape())));
  }
  Tensor result(ElementType::i32, wide.shape());
  const Tensor one = is_one(point.shape()) ? point.reshaped({}) : point;
  combine<std::int32_t>(wide, one, result, [](std::int32_t a, std::int32_t b) { return a - b; });
  return result;
}

Tensor with_dimensions_behind(const Tensor& tensor, std::size_t behind) {
  if (tensor.rank() != 1 || tensor.count() == 1) return tensor;
  Shape shape = tensor.shape();
  shape.insert(shape.end(), behind, 1);
  return tensor.reshaped(std::move(shape));
}

}  // namespace paretune::model
