// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include "model/ops/rules.h"

namespace paretune::model {

/// How the elements of a tensor find their scale: index = element / inner % count.
struct QuantizationAxis {
  std::size_t inner = 1;
  std::size_t count = 1;
};

/// Checks scale and zero point (inputs 1 and 2) against the data; throws InvalidModel,
/// UnsupportedModel for blocked quantization.
inline void check_quantization(const InferContext& context) {
  if (context.node.int_attribute("block_size", 0) != 0) {
    throw UnsupportedModel("blocked quantization is not supported; use one scale per axis");
  }
  const auto& data = required(context, 0);
  const auto& scale = required(context, 1);
  if (scale.type != ElementType::f32) throw UnsupportedModel("only f32 scales are supported");
  const bool scalar = product(scale.shape, 0, scale.shape.size()) == 1;
  if (!scalar) {
    if (scale.shape.size() != 1) throw InvalidModel("the scale must be a scalar or a vector");
    const auto axis = normalized_axis(context.node.int_attribute("axis", 1), data.shape.size());
    require_dim(data, axis, scale.shape[0], "one scale each");
  }
  if (const auto* zero = optional(context, 2)) {
    if (product(zero->shape, 0, zero->shape.size()) !=
        product(scale.shape, 0, scale.shape.size())) {
      throw InvalidModel(fmt::format("scale {} and zero point {} have different shapes",
                                     to_text(scale.shape), to_text(zero->shape)));
    }
  }
}

/// For data and scales that passed check_quantization().
inline QuantizationAxis quantization_axis(const Node& node, const Tensor& data,
                                          const Tensor& scale) {
  if (scale.count() == 1) return {};
  const auto axis = normalized_axis(node.int_attribute("axis", 1), data.rank());
  return {static_cast<std::size_t>(product(data.shape(), axis + 1, data.rank())), scale.count()};
}

}  // namespace paretune::model
