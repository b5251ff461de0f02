// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "model/ops/rules.h"

namespace paretune::model {

/// Axes of Squeeze and Unsqueeze: an attribute before operator set 13, the second input since.
/// nullopt when omitted. Throws UnsupportedModel when computed at run time.
inline std::optional<std::vector<std::int64_t>> axes_of(const InferContext& context) {
  constexpr std::int64_t first_opset_with_input = 13;
  if (context.opset < first_opset_with_input) {
    if (!context.node.attributes.contains("axes")) return std::nullopt;
    return context.node.ints_attribute("axes", {});
  }
  if (optional(context, 1) == nullptr) return std::nullopt;
  const Tensor* axes = constant(context, 1);
  if (axes == nullptr) {
    throw UnsupportedModel("axes computed at run time are not supported; make them a constant");
  }
  return int64_values(*axes);
}

/// The axes as indices below `rank`; throws InvalidModel for duplicates.
inline std::set<std::size_t> normalized_axes(const std::vector<std::int64_t>& axes,
                                             std::size_t rank) {
  std::set<std::size_t> result;
  for (const std::int64_t axis : axes) {
    if (!result.insert(normalized_axis(axis, rank)).second) {
      throw InvalidModel("an axis is named twice");
    }
  }
  return result;
}

}  // namespace paretune::model
