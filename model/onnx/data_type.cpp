// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/data_type.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "model/errors.h"

namespace paretune::model {
namespace {

// Numbers of the standard, written out so that only the reader and writer need protobuf.
constexpr std::array<std::pair<ElementType, std::int32_t>, 13> numbers = {{
    {ElementType::f32, 1},
    {ElementType::f64, 11},
    {ElementType::f16, 10},
    {ElementType::bf16, 16},
    {ElementType::i8, 3},
    {ElementType::u8, 2},
    {ElementType::i16, 5},
    {ElementType::u16, 4},
    {ElementType::i32, 6},
    {ElementType::u32, 12},
    {ElementType::i64, 7},
    {ElementType::u64, 13},
    {ElementType::boolean, 9},
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

}  // namespace paretune::model
