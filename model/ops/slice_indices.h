// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "model/ops/mover.h"

namespace paretune::model {

/// How many axes behind the batch the last dimension of GatherND's and ScatterND's indices names.
/// Throws InvalidModel when it names more than there are, UnsupportedModel when it is free.
inline std::size_t slice_depth(const ValueInfo& data, const ValueInfo& indices, std::size_t batch) {
  if (indices.type != ElementType::i64) throw InvalidModel("the indices must be i64");
  if (indices.shape.empty() || data.shape.empty()) {
    throw InvalidModel("data and indices must have at least one dimension");
  }
  const std::int64_t depth = indices.shape.back();
  if (depth < 0) {
    throw UnsupportedModel("the last dimension of the indices must be known before run time");
  }
  if (depth > static_cast<std::int64_t>(data.shape.size() - batch)) {
    throw InvalidModel(fmt::format("indices {} name more axes than data {} has",
                                   to_text(indices.shape), to_text(data.shape)));
  }
  return static_cast<std::size_t>(depth);
}

/// Equally long runs of elements.
struct Slices {
  std::vector<std::size_t> offsets;  ///< first element of each, in the order of the indices
  std::size_t size = 0;              ///< elements of each
};

/// The slices of `data` that the indices name; both passed slice_depth(). Throws InvalidModel for
/// an index outside.
inline Slices slices_of(const Tensor& data, const Tensor& indices, std::size_t batch) {
  const auto depth = static_cast<std::size_t>(indices.shape().back());
  const auto strides = strides_of(data.shape());
  const auto values = indices.data<std::int64_t>();
  Slices slices;
  slices.size = static_cast<std::size_t>(product(data.shape(), batch + depth, data.rank()));
  if (slices.size == 0) return slices;  // the indices may then be any number of nothings
  const Shape outer(indices.shape().begin(), indices.shape().end() - 1);
  std::size_t next = 0;
  for_each_index(outer, [&](const std::vector<std::int64_t>& index) {
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < batch; ++i) offset += index[i] * strides[i];
    for (std::size_t i = batch; i < batch + depth; ++i) {
      offset += checked_index(values[next++], data.dim(i)) * strides[i];
    }
    slices.offsets.push_back(static_cast<std::size_t>(offset));
  });
  return slices;
}

}  // namespace paretune::model
