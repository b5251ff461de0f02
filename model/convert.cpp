// SPDX-License-Identifier: Apache-2.0
#include "model/convert.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "model/float16.h"

namespace paretune::model {
namespace {

/// Holds every element of every type exactly: 64 significant bits or more.
using Wide = long double;
static_assert(std::numeric_limits<Wide>::digits >= 64, "64-bit integers fit");

template <typename T>
void read_as(const Tensor& tensor, std::size_t begin, std::span<Wide> values) {
  const auto* in = reinterpret_cast<const T*>(tensor.bytes().data()) + begin;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Wide>(in[i]);
}

/// The same for types that are known by their code.
template <typename Decode>
void decode(const Tensor& tensor, std::size_t begin, std::span<Wide> values, Decode&& value_of) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (size_of(tensor.type()) == 2) {
      values[i] = value_of(bits16(tensor)[begin + i]);
    } else {
      values[i] = value_of(bits8(tensor)[begin + i]);
    }
  }
}

void read_codes(const Tensor& tensor, std::size_t begin, std::span<Wide> values) {
  const ElementType type = tensor.type();
  if (type == ElementType::f16) {
    decode(tensor, begin, values, [](std::uint16_t bits) { return f16_to_float(bits); });
  } else if (type == ElementType::bf16) {
    decode(tensor, begin, values, [](std::uint16_t bits) { return bf16_to_float(bits); });
  } else if (type == ElementType::f8e8m0) {
    decode(tensor, begin, values,
           [](std::uint16_t bits) { return e8m0_to_float(static_cast<std::uint8_t>(bits)); });
  } else {
    decode(tensor, begin, values, [type](std::uint16_t bits) {
      return small_float_to_float(type, static_cast<std::uint8_t>(bits));
    });
  }
}

void read(const Tensor& tensor, std::size_t begin, std::span<Wide> values) {
  switch (tensor.type()) {
    case ElementType::f32:
      return read_as<float>(tensor, begin, values);
    case ElementType::f64:
      return read_as<double>(tensor, begin, values);
    case ElementType::i8:
    case ElementType::i4:
    case ElementType::i2:
      return read_as<std::int8_t>(tensor, begin, values);
    case ElementType::u8:
    case ElementType::u4:
    case ElementType::u2:
    case ElementType::boolean:
      return read_as<std::uint8_t>(tensor, begin, values);
    case ElementType::i16:
      return read_as<std::int16_t>(tensor, begin, values);
    case ElementType::u16:
      return read_as<std::uint16_t>(tensor, begin, values);
    case ElementType::i32:
      return read_as<std::int32_t>(tensor, begin, values);
    case ElementType::u32:
      return read_as<std::uint32_t>(tensor, begin, values);
    case ElementType::i64:
      return read_as<std::int64_t>(tensor, begin, values);
    case ElementType::u64:
      return read_as<std::uint64_t>(tensor, begin, values);
    default:
      return read_codes(tensor, begin, values);
  }
}

/// `bits` of them; the value is whole and fits 64 bits.
template <typename T>
T wrapped(Wide value, int bits) {
  const std::uint64_t all =
      value < 0 ? 0 - static_cast<std::uint64_t>(-value) : static_cast<std::uint64_t>(value);
  const std::uint64_t kept = bits == 64 ? all : all & ((std::uint64_t{1} << bits) - 1);
  const bool negative = std::is_signed_v<T> && (kept >> (bits - 1)) != 0;
  return static_cast<T>(negative && bits < 64 ? kept - (std::uint64_t{1} << bits) : kept);
}

template <typename T>
void write_integers(Tensor& tensor, std::size_t begin, std::span<const Wide> values, int bits,
                    bool saturate) {
  constexpr Wide lowest = std::numeric_limits<T>::lowest();
  constexpr Wide highest = std::numeric_limits<T>::max();
  // Wrapping needs 64 bits to start from; beyond them a float saturates first.
  constexpr Wide low_end = std::numeric_limits<std::int64_t>::lowest();
  constexpr Wide high_end = std::numeric_limits<std::uint64_t>::max();
  auto* out = reinterpret_cast<T*>(tensor.bytes().data()) + begin;
  for (const Wide value : values) {
    const Wide number = std::isnan(value) ? 0 : value;
    if (saturate) {
      *out++ = number <= lowest    ? std::numeric_limits<T>::lowest()
               : number >= highest ? std::numeric_limits<T>::max()
                                   : static_cast<T>(number);
    } else {
      *out++ = wrapped<T>(std::trunc(std::min(std::max(number, low_end), high_end)), bits);
    }
  }
}

template <typename T>
void write_as(Tensor& tensor, std::size_t begin, std::span<const Wide> values) {
  auto* out = reinterpret_cast<T*>(tensor.bytes().data()) + begin;
  for (const Wide value : values) *out++ = static_cast<T>(value);
}

void write_codes(Tensor& tensor, std::size_t begin, std::span<const Wide> values,
                 const Conversion& conversion) {
  const ElementType type = tensor.type();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<double>(values[i]);
    if (type == ElementType::f16) {
      bits16(tensor)[begin + i] = f16_from_double(value);
    } else if (type == ElementType::bf16) {
      bits16(tensor)[begin + i] = bf16_from_double(value);
    } else if (type == ElementType::f8e8m0) {
      bits8(tensor)[begin + i] =
          e8m0_from_double(value, conversion.saturate, conversion.scale_rounding);
    } else {
      bits8(tensor)[begin + i] = small_float_from_double(type, value, conversion.saturate);
    }
  }
}

void write(Tensor& tensor, std::size_t begin, std::span<const Wide> values, bool saturate,
           const Conversion& conversion) {
  switch (tensor.type()) {
    case ElementType::f32:
      return write_as<float>(tensor, begin, values);
    case ElementType::f64:
      return write_as<double>(tensor, begin, values);
    case ElementType::boolean:
      return write_as<bool>(tensor, begin, values);
    case ElementType::i8:
      return write_integers<std::int8_t>(tensor, begin, values, 8, saturate);
    case ElementType::u8:
      return write_integers<std::uint8_t>(tensor, begin, values, 8, saturate);
    case ElementType::i16:
      return write_integers<std::int16_t>(tensor, begin, values, 16, saturate);
    case ElementType::u16:
      return write_integers<std::uint16_t>(tensor, begin, values, 16, saturate);
    case ElementType::i32:
      return write_integers<std::int32_t>(tensor, begin, values, 32, saturate);
    case ElementType::u32:
      return write_integers<std::uint32_t>(tensor, begin, values, 32, saturate);
    case ElementType::i64:
      return write_integers<std::int64_t>(tensor, begin, values, 64, saturate);
    case ElementType::u64:
      return write_integers<std::uint64_t>(tensor, begin, values, 64, saturate);
    case ElementType::i4:
      return write_integers<std::int8_t>(tensor, begin, values, 4, false);
    case ElementType::u4:
      return write_integers<std::uint8_t>(tensor, begin, values, 4, false);
    case ElementType::i2:
      return write_integers<std::int8_t>(tensor, begin, values, 2, false);
    case ElementType::u2:
      return write_integers<std::uint8_t>(tensor, begin, values, 2, false);
    default:
      return write_codes(tensor, begin, values, conversion);
  }
}

bool is_float(ElementType type) {
  return type == ElementType::f32 || type == ElementType::f64 || type == ElementType::f16 ||
         type == ElementType::bf16 || type == ElementType::f8e8m0 || is_small_float(type);
}

/// The pairs that real models convert at every run, without the detour.
bool convert_directly(const Tensor& from, Tensor& to) {
  if (from.type() == ElementType::bf16 && to.type() == ElementType::f32) {
    const auto bits = bits16(from);
    for (std::size_t i = 0; i < bits.size(); ++i) to.data<float>()[i] = bf16_to_float(bits[i]);
  } else if (from.type() == ElementType::f32 && to.type() == ElementType::bf16) {
    const auto values = from.data<float>();
    for (std::size_t i = 0; i < values.size(); ++i) bits16(to)[i] = bf16_from_float(values[i]);
  } else if (from.type() == ElementType::f16 && to.type() == ElementType::f32) {
    const auto bits = bits16(from);
    for (std::size_t i = 0; i < bits.size(); ++i) to.data<float>()[i] = f16_to_float(bits[i]);
  } else if (from.type() == ElementType::f32 && to.type() == ElementType::f16) {
    const auto values = from.data<float>();
    for (std::size_t i = 0; i < values.size(); ++i) bits16(to)[i] = f16_from_double(values[i]);
  } else {
    return false;
  }
  return true;
}

constexpr std::size_t codes_of_a_byte = 256;

/// Many elements of one byte: every code is converted once.
Tensor by_table(const Tensor& tensor, ElementType type, const Conversion& conversion) {
  Tensor codes(tensor.type(), {codes_of_a_byte});
  for (std::size_t i = 0; i < codes.count(); ++i) bits8(codes)[i] = static_cast<std::uint8_t>(i);
  const Tensor table = converted(codes, type, conversion);
  Tensor result(type, tensor.shape());
  const std::size_t size = size_of(type);
  std::byte* out = result.bytes().data();
  for (const std::uint8_t code : bits8(tensor)) {
    std::memcpy(out, &table.bytes()[code * size], size);
    out += size;
  }
  return result;
}

}  // namespace

Tensor converted(const Tensor& tensor, ElementType type, const Conversion& conversion) {
  if (tensor.type() == type) return tensor;
  if (size_of(tensor.type()) == 1 && tensor.count() > codes_of_a_byte) {
    return by_table(tensor, type, conversion);
  }
  Tensor result(type, tensor.shape());
  if (convert_directly(tensor, result)) return result;
  std::array<Wide, 256> values{};
  for (std::size_t begin = 0; begin < tensor.count(); begin += values.size()) {
    const std::span<Wide> part(values.data(), std::min(values.size(), tensor.count() - begin));
    read(tensor, begin, part);
    write(result, begin, part, is_float(tensor.type()), conversion);
  }
  return result;
}

}  // namespace paretune::model
