// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paretune::model {

/// Element types a tensor may hold. Names follow the design's short form ("f32", "u8"). Those of
/// less than a byte (u4 i4 u2 i2 f4e2m1) are held one element per byte: unsigned ones and floats as
/// their code, signed ones sign-extended.
enum class ElementType : std::uint8_t {
  f32,
  f64,
  f16,
  bf16,
  i8,
  u8,
  i16,
  u16,
  i32,
  u32,
  i64,
  u64,
  boolean,
  f8e4m3fn,
  f8e4m3fnuz,
  f8e5m2,
  f8e5m2fnuz,
  f8e8m0,
  u4,
  i4,
  u2,
  i2,
  f4e2m1
};

/// Most bytes one tensor may have, computed or stored: as much as a whole ONNX file may hold.
/// Larger ones come from damaged or hostile shapes and are refused before memory is asked for.
inline constexpr std::int64_t max_tensor_bytes = std::int64_t{1} << 31;

/// Bytes of one element in memory.
std::size_t size_of(ElementType type);
/// Short name: "f32", "u8", "bool".
std::string_view to_text(ElementType type);
/// Inverse of to_text; throws InvalidModel for an unknown name.
ElementType element_type_from_text(std::string_view text);

/// Dimensions, outermost first. -1 stands for a dimension not known before run time.
using Shape = std::vector<std::int64_t>;

/// Product of the dimensions (1 for a scalar). Throws InvalidModel when a dimension is negative or
/// the product does not fit in 63 bits.
std::int64_t element_count(const Shape& shape);
/// Bytes of a dense tensor. Throws InvalidModel as element_count() does, and above
/// max_tensor_bytes.
std::int64_t byte_count(ElementType type, const Shape& shape);
/// "[1,16,28,28]"
std::string to_text(const Shape& shape);

/// Maps a C++ type to its ElementType (f32 for float, u8 for uint8_t, boolean for bool ...).
template <typename T>
constexpr ElementType element_type_of();

/// A dense row-major tensor that owns its bytes. A value type: copies copy the data.
class Tensor {
 public:
  Tensor() = default;
  /// Zero-filled. Throws InvalidModel as byte_count() does.
  Tensor(ElementType type, Shape shape);

  /// Copies `values` (element_count(shape) of them).
  template <typename T>
  static Tensor of(Shape shape, const std::vector<T>& values) {
    Tensor tensor(element_type_of<T>(), std::move(shape));
    assert(values.size() == tensor.count());
    for (std::size_t i = 0; i < values.size(); ++i) tensor.data<T>()[i] = values[i];
    return tensor;
  }

  ElementType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  std::size_t rank() const { return shape_.size(); }
  std::int64_t dim(std::size_t axis) const { return shape_.at(axis); }
  /// Number of elements.
  std::size_t count() const { return bytes_.size() / size_of(type_); }

  std::span<std::byte> bytes() { return bytes_; }
  std::span<const std::byte> bytes() const { return bytes_; }

  /// Elements in row-major order; T must match type() (asserted).
  template <typename T>
  std::span<T> data() {
    assert(element_type_of<T>() == type_);
    return {reinterpret_cast<T*>(bytes_.data()), count()};
  }
  template <typename T>
  std::span<const T> data() const {
    assert(element_type_of<T>() == type_);
    return {reinterpret_cast<const T*>(bytes_.data()), count()};
  }

  /// The same bytes under another shape of equal element count (asserted).
  Tensor reshaped(Shape shape) const;

  friend bool operator==(const Tensor&, const Tensor&) = default;

 private:
  ElementType type_ = ElementType::f32;
  Shape shape_ = {0};
  std::vector<std::byte> bytes_;
};

template <>
constexpr ElementType element_type_of<float>() {
  return ElementType::f32;
}
template <>
constexpr ElementType element_type_of<double>() {
  return ElementType::f64;
}
template <>
constexpr ElementType element_type_of<std::int8_t>() {
  return ElementType::i8;
}
template <>
constexpr ElementType element_type_of<std::uint8_t>() {
  return ElementType::u8;
}
template <>
constexpr ElementType element_type_of<std::int16_t>() {
  return ElementType::i16;
}
template <>
constexpr ElementType element_type_of<std::uint16_t>() {
  return ElementType::u16;
}
template <>
constexpr ElementType element_type_of<std::int32_t>() {
  return ElementType::i32;
}
template <>
constexpr ElementType element_type_of<std::uint32_t>() {
  return ElementType::u32;
}
template <>
constexpr ElementType element_type_of<std::int64_t>() {
  return ElementType::i64;
}
template <>
constexpr ElementType element_type_of<std::uint64_t>() {
  return ElementType::u64;
}
template <>
constexpr ElementType element_type_of<bool>() {
  return ElementType::boolean;
}

}  // namespace paretune::model
