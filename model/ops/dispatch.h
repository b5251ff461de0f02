// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include "model/errors.h"
#include "model/tensor.h"

namespace paretune::model {

/// Calls body.operator()<float>() or <double>(); throws UnsupportedModel for other types.
template <typename Body>
void for_floating(ElementType type, Body&& body) {
  if (type == ElementType::f32) return body.template operator()<float>();
  if (type == ElementType::f64) return body.template operator()<double>();
  throw UnsupportedModel(
      fmt::format("element type {} is not supported here; use f32", to_text(type)));
}

/// Calls body.operator()<T>() for the integer types C++ has; throws UnsupportedModel for others.
template <typename Body>
void for_integers(ElementType type, Body&& body) {
  switch (type) {
    case ElementType::i8:
      return body.template operator()<std::int8_t>();
    case ElementType::u8:
      return body.template operator()<std::uint8_t>();
    case ElementType::i16:
      return body.template operator()<std::int16_t>();
    case ElementType::u16:
      return body.template operator()<std::uint16_t>();
    case ElementType::i32:
      return body.template operator()<std::int32_t>();
    case ElementType::u32:
      return body.template operator()<std::uint32_t>();
    case ElementType::i64:
      return body.template operator()<std::int64_t>();
    case ElementType::u64:
      return body.template operator()<std::uint64_t>();
    default:
      throw UnsupportedModel(
          fmt::format("element type {} is not supported here; use an integer", to_text(type)));
  }
}

/// Calls body.operator()<T>() for every integer and floating type C++ has; throws UnsupportedModel
/// for bool, f16, bf16 and what is smaller.
template <typename Body>
void for_arithmetic(ElementType type, Body&& body) {
  if (type == ElementType::f32 || type == ElementType::f64) return for_floating(type, body);
  for_integers(type, body);
}

}  // namespace paretune::model
