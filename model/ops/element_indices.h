// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "model/ops/mover.h"

namespace paretune::model {

/// Checks the indices of GatherElements and ScatterElements: as many axes as the data, and no
/// longer than it beside the axis. Throws InvalidModel.
inline void check_element_indices(const Node& node, const ValueInfo& data,
                                  const ValueInfo& indices) {
  require_index_type(indices);
  if (indices.shape.size() != data.shape.size()) {
    throw InvalidModel(fmt::format("indices {} and data {} have different ranks",
                                   to_text(indices.shape), to_text(data.shape)));
  }
  const auto axis = normalized_axis(node.int_attribute("axis", 0), data.shape.size());
  for (std::size_t i = 0; i < data.shape.size(); ++i) {
    if (i != axis && data.shape[i] >= 0 && indices.shape[i] > data.shape[i]) {
      throw InvalidModel(fmt::format("indices {} are longer than data {} beside axis {}",
                                     to_text(indices.shape), to_text(data.shape), axis));
    }
  }
}

/// For each index in row-major order the element of `data` it names along the node's axis.
inline std::vector<std::size_t> element_offsets(const Node& node, const Tensor& data,
                                                const Tensor& indices) {
  const auto axis = normalized_axis(node.int_attribute("axis", 0), data.rank());
  const auto strides = strides_of(data.shape());
  const auto values = index_values(indices);
  std::vector<std::size_t> offsets;
  offsets.reserve(values.size());
  for_each_index(indices.shape(), [&](const std::vector<std::int64_t>& index) {
    std::int64_t offset = checked_index(values[offsets.size()], data.dim(axis)) * strides[axis];
    for (std::size_t i = 0; i < index.size(); ++i) {
      if (i != axis) offset += index[i] * strides[i];
    }
    offsets.push_back(static_cast<std::size_t>(offset));
  });
  return offsets;
}

}  // namespace paretune::model
