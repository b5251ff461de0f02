// SPDX-License-Identifier: Apache-2.0
#include "model/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <limits>

#include "model/errors.h"

namespace paretune::model {
namespace {

struct TypeRow {
  ElementType type;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<TypeRow, 23> type_rows = {{
    {ElementType::f32, "f32", 4},
    {ElementType::f64, "f64", 8},
    {ElementType::f16, "f16", 2},
    {ElementType::bf16, "bf16", 2},
    {ElementType::i8, "i8", 1},
    {ElementType::u8, "u8", 1},
    {ElementType::i16, "i16", 2},
    {ElementType::u16, "u16", 2},
    {ElementType::i32, "i32", 4},
    {ElementType::u32, "u32", 4},
    {ElementType::i64, "i64", 8},
    {ElementType::u64, "u64", 8},
    {ElementType::boolean, "bool", 1},
    {ElementType::f8e4m3fn, "f8e4m3fn", 1},
    {ElementType::f8e4m3fnuz, "f8e4m3fnuz", 1},
    {ElementType::f8e5m2, "f8e5m2", 1},
    {ElementType::f8e5m2fnuz, "f8e5m2fnuz", 1},
    {ElementType::f8e8m0, "f8e8m0", 1},
    {ElementType::u4, "u4", 1},
    {ElementType::i4, "i4", 1},
    {ElementType::u2, "u2", 1},
    {ElementType::i2, "i2", 1},
    {ElementType::f4e2m1, "f4e2m1", 1},
}};

}  // namespace

std::size_t size_of(ElementType type) { return type_rows.at(static_cast<std::size_t>(type)).size; }

std::string_view to_text(ElementType type) {
  return type_rows.at(static_cast<std::size_t>(type)).name;
}

ElementType element_type_from_text(std::string_view text) {
  for (const auto& row : type_rows) {
    if (row.name == text) return row.type;
  }
  throw InvalidModel(fmt::format("'{}' is not an element type; use f32, u8, bf16 ...", text));
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t dim : shape) {
    if (dim < 0) throw InvalidModel("shape " + to_text(shape) + " has a dimension below zero");
    empty = empty || dim == 0;
    // The zero is kept apart so that an overflow in front of it is noticed whatever the order.
    if (dim != 0 && __builtin_mul_overflow(count, dim, &count)) {
      throw InvalidModel("shape " + to_text(shape) + " has more elements than 63 bits can count");
    }
  }
  return empty ? 0 : count;
}

std::int64_t byte_count(ElementType type, const Shape& shape) {
  const std::int64_t count = element_count(shape);
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(count, static_cast<std::int64_t>(size_of(type)), &bytes) ||
      bytes > max_tensor_bytes) {
    throw InvalidModel(fmt::format(
        "a tensor of shape {} of {} is larger than the {} MiB a tensor may have; make it smaller",
        to_text(shape), to_text(type), max_tensor_bytes >> 20));
  }
  return bytes;
}

std::string to_text(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

Tensor::Tensor(ElementType type, Shape shape)
    : type_(type),
      shape_(std::move(shape)),
      bytes_(static_cast<std::size_t>(byte_count(type_, shape_))) {}

Tensor Tensor::reshaped(Shape shape) const {
  assert(element_count(shape) == static_cast<std::int64_t>(count()));
  Tensor result = *this;
  result.shape_ = std::move(shape);
  return result;
}

}  // namespace paretune::model
