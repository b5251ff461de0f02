// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "model/ops/rules.h"

namespace paretune::model {

/// Squeeze and Unsqueeze have their axes as an attribute before operator set 13, as the second
/// input since.
inline constexpr std::int64_t first_opset_with_axes_input = 13;

/// True when the axes of Squeeze or Unsqueeze are not known before run time.
inline bool axes_are_computed(const InferContext& context) {
  return context.opset >= first_opset_with_axes_input && optional(context, 1) != nullptr &&
         constant(context, 1) == nullptr;
}

/// Axes of Squeeze and Unsqueeze; nullopt when omitted. Throws UnsupportedModel when computed at
/// run time.
inline std::optional<std::vector<std::int64_t>> axes_of(const InferContext& context) {
  if (context.opset < first_opset_with_axes_input) {
    if (!context.node.attributes.contains("axes")) return std::nullopt;
    return context.node.ints_attribute("axes", {});
  }
  if (optional(context, 1) == nullptr) return std::nullopt;
  if (axes_are_computed(context)) {
    throw UnsupportedModel("axes computed at run time are not supported; make them a constant");
  }
  return int64_values(*constant(context, 1));
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
