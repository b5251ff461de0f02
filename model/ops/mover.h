// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <vector>

#include "model/ops/rules.h"

namespace paretune::model {

/// Base of operators that only move elements, whatever their type.
class Mover : public Operator {
 public:
  bool takes_halves() const override { return true; }
};

/// Copies `count` elements, counted from element `from` of `in`, to element `to` of `out`. Both
/// have the same element type.
inline void copy_elements(const Tensor& in, std::size_t from, Tensor& out, std::size_t to,
                          std::size_t count = 1) {
  const std::size_t size = size_of(in.type());
  if (count > 0) std::memcpy(&out.bytes()[to * size], &in.bytes()[from * size], count * size);
}

/// Row-major strides in elements.
inline std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

/// Calls body(index) for each index of a shape in row-major order; nothing for an empty one.
template <typename Body>
void for_each_index(const Shape& shape, Body&& body) {
  const std::int64_t count = element_count(shape);
  std::vector<std::int64_t> index(shape.size(), 0);
  for (std::int64_t i = 0; i < count; ++i) {
    body(index);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

/// Fills `out` with out[i0,i1,...] = in[source(0,i0), source(1,i1), ...]. Where a source is
/// negative the element of `out` stays. `in` and `out` have the same rank.
template <typename Source>
void copy_by_axis(const Tensor& in, Tensor& out, Source&& source) {
  const auto strides = strides_of(in.shape());
  std::size_t to = 0;
  for_each_index(out.shape(), [&](const std::vector<std::int64_t>& index) {
    std::int64_t from = 0;
    bool inside = true;
    for (std::size_t axis = 0; axis < index.size() && inside; ++axis) {
      const std::int64_t at = source(axis, index[axis]);
      inside = at >= 0;
      from += at * strides[axis];
    }
    if (inside) copy_elements(in, static_cast<std::size_t>(from), out, to);
    ++to;
  });
}

/// The values of an i64 or i32 tensor. Throws InvalidModel for another type.
inline std::vector<std::int64_t> index_values(const Tensor& tensor) {
  if (tensor.type() != ElementType::i32) return int64_values(tensor);
  const auto data = tensor.data<std::int32_t>();
  return {data.begin(), data.end()};
}

/// Index `value` into a dimension, negative ones from the back. Throws InvalidModel when outside.
inline std::int64_t checked_index(std::int64_t value, std::int64_t dim) {
  if (value < -dim || value >= dim) {
    throw InvalidModel(
        fmt::format("index {} is outside a dimension of {}; export the model again", value, dim));
  }
  return value < 0 ? value + dim : value;
}

/// Throws InvalidModel unless the value is i64 or i32.
inline void require_index_type(const ValueInfo& value) {
  if (value.type != ElementType::i64 && value.type != ElementType::i32) {
    throw InvalidModel(
        fmt::format("'{}' is {} but indices must be i64 or i32", value.name, to_text(value.type)));
  }
}

/// Length of a vector; -1 when free. Throws InvalidModel when the value has another rank.
inline std::int64_t vector_length(const ValueInfo& value) {
  if (value.shape.size() != 1) {
    throw InvalidModel(
        fmt::format("'{}' has shape {} but must be a vector", value.name, to_text(value.shape)));
  }
  return value.shape[0];
}

/// A shape of which only the rank is known, from the length of the vector that says it. Throws
/// UnsupportedModel when that is free too, InvalidModel beyond any rank there is.
inline Shape free_shape(const ValueInfo& vector) {
  constexpr std::int64_t most = 64;
  const std::int64_t rank = vector_length(vector);
  if (rank < 0) {
    throw UnsupportedModel("the rank depends on data, which is not supported; make it a constant");
  }
  if (rank > most) throw InvalidModel(fmt::format("a tensor cannot have rank {}", rank));
  return Shape(static_cast<std::size_t>(rank), -1);
}

/// a * b of dimensions; -1 when one is free. Throws InvalidModel on overflow.
inline std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t result = -1;
  if (a >= 0 && b >= 0 && __builtin_mul_overflow(a, b, &result)) {
    throw InvalidModel("a dimension is larger than 63 bits can count");
  }
  return result;
}

}  // namespace paretune::model
