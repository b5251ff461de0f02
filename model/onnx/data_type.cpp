// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/data_type.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "model/errors.h"

namespace paretune::model {
namespace {

// Numbers of the standard, written out so that only the reader and writer need protobuf.
constexpr std::array<std::pair<ElementType, std::int32_t>, 23> numbers = {{
    {ElementType::f32, 1},     {ElementType::f64, 11},        {ElementType::f16, 10},
    {ElementType::bf16, 16},   {ElementType::i8, 3},          {ElementType::u8, 2},
    {ElementType::i16, 5},     {ElementType::u16, 4},         {ElementType::i32, 6},
    {ElementType::u32, 12},    {ElementType::i64, 7},         {ElementType::u64, 13},
    {ElementType::boolean, 9}, {ElementType::f8e4m3fn, 17},   {ElementType::f8e4m3fnuz, 18},
    {ElementType::f8e5m2, 19}, {ElementType::f8e5m2fnuz, 20}, {ElementType::f8e8m0, 24},
    {ElementType::u4, 21},     {ElementType::i4, 22},         {ElementType::u2, 25},
    {ElementType::i2, 26},     {ElementType::f4e2m1, 23},
}};

}  // namespace

ElementType element_type_of_onnx(std::int64_t data_type) {
  for (const auto& [type, number] : numbers) {
    if (number == data_type) return type;
  }
  throw UnsupportedModel(fmt::format(
      "ONNX element type {} is not supported; convert it to float32, float16 or an integer type",
      data_type));
}

std::int32_t onnx_data_type(ElementType type) {
  return numbers.at(static_cast<std::size_t>(type)).second;
}

std::size_t onnx_bits(ElementType type) {
  switch (type) {
    case ElementType::u4:
    case ElementType::i4:
    case ElementType::f4e2m1:
      return 4;
    case ElementType::u2:
    case ElementType::i2:
      return 2;
    default:
      return 8 * size_of(type);
  }
}

}  // namespace paretune::model
