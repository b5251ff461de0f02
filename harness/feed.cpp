// SPDX-License-Identifier: Apache-2.0
#include "harness/feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <utility>

#include "harness/errors.h"

namespace paretune::harness {
namespace {

using model::ElementType;
using model::Shape;
using model::Tensor;

Shape without_ones(const Shape& shape) {
  Shape kept;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(kept),
               [](auto dim) { return dim != 1; });
  return kept;
}

Shape without_first(const Shape& shape) {
  return shape.empty() ? Shape() : Shape(shape.begin() + 1, shape.end());
}

/// Whether samples stored as `stored` can stand where the model takes `taken`.
bool fits(const Shape& stored, const Shape& taken) {
  const bool flat =
      taken.size() <= 1 && model::element_count(stored) == model::element_count(taken);
  return flat || without_ones(stored) == without_ones(taken);
}

/// Calls `work` with a value of the C++ type behind `type`; false for those that are not numbers of
/// C++ (f16, bf16).
template <typename Work>
bool with_type(ElementType type, const Work& work) {
  switch (type) {
    case ElementType::f32:
      return work(float{}), true;
    case ElementType::f64:
      return work(double{}), true;
    case ElementType::i8:
      return work(std::int8_t{}), true;
    case ElementType::u8:
      return work(std::uint8_t{}), true;
    case ElementType::i16:
      return work(std::int16_t{}), true;
    case ElementType::u16:
      return work(std::uint16_t{}), true;
    case ElementType::i32:
      return work(std::int32_t{}), true;
    case ElementType::u32:
      return work(std::uint32_t{}), true;
    case ElementType::i64:
      return work(std::int64_t{}), true;
    case ElementType::u64:
      return work(std::uint64_t{}), true;
    case ElementType::boolean:
      return work(bool{}), true;
    default:
      return false;
  }
}

bool is_float(ElementType type) { return type == ElementType::f32 || type == ElementType::f64; }

bool is_integer(ElementType type) {
  return with_type(type, [](auto) {}) && !is_float(type);
}

/// Elements [from, from + values.size()), exact up to 2^53.
void read(const Tensor& tensor, std::size_t from, std::vector<double>& values) {
  with_type(tensor.type(), [&](auto kind) {
    const auto data = tensor.data<decltype(kind)>().subspan(from, values.size());
    std::transform(data.begin(), data.end(), values.begin(),
                   [](auto value) { return static_cast<double>(value); });
  });
}

void write(const std::vector<double>& values, Tensor& tensor, std::size_t from) {
  with_type(tensor.type(), [&](auto kind) {
    using T = decltype(kind);
    const auto data = tensor.data<T>().subspan(from, values.size());
    std::transform(values.begin(), values.end(), data.begin(),
                   [](double value) { return static_cast<T>(value); });
  });
}

/// Whether an element of `type` can be `value`, apart from a float's rounding.
bool holds(ElementType type, double value) {
  bool held = is_float(type);
  if (held) return true;
  with_type(type, [&](auto kind) {
    using T = decltype(kind);
    // Twice the highest power of two, as the maximum itself is no double for 64 bits.
    const double end = 2.0 * static_cast<double>(std::numeric_limits<T>::max() / 2 + 1);
    held = value == std::trunc(value) && value < end &&
           value >= static_cast<double>(std::numeric_limits<T>::lowest());
  });
  return held;
}

}  // namespace

Feed::Feed(const std::string& origin, Tensor array, const model::ValueInfo& input,
           const Preprocess& preprocess)
    : array_(std::move(array)), input_(input), preprocess_(preprocess) {
  if (array_.rank() == 0) throw ConfigError(fmt::format("{}: a scalar holds no samples", origin));
  if (array_.dim(0) == 0) throw ConfigError(fmt::format("{}: there are no samples", origin));
  samples_ = static_cast<std::size_t>(array_.dim(0));
  match_shape(origin);
  match_type(origin);
}

Feed::Feed(const std::string& origin, double value, const model::ValueInfo& input)
    : array_(input.type, input.shape), input_(input) {
  if (!holds(input.type, value)) {
    throw ConfigError(fmt::format("{}: the model's input '{}' is {} and cannot be {}", origin,
                                  input.name, model::to_text(input.type), value));
  }
  write(std::vector<double>(array_.count(), value), array_, 0);
}

void Feed::match_shape(const std::string& origin) {
  const Shape stored = without_first(array_.shape());
  const Shape inner = without_first(input_.shape);
  const std::int64_t first = input_.shape.empty() ? 1 : input_.shape[0];
  if (first > 1 && fits(stored, inner)) {
    batch_ = static_cast<std::size_t>(first);
  } else if (fits(stored, input_.shape) || (first == 1 && fits(stored, inner))) {
    whole_ = first != 1 || input_.shape.empty();
  } else {
    const std::string in_batches =
        first > 1 ? fmt::format(" (or {}, {} at once)", model::to_text(inner), first) : "";
    throw ConfigError(
        fmt::format("{}: samples have shape {}, but the model's input '{}' takes {}{}", origin,
                    model::to_text(stored), input_.name,
                    model::to_text(first == 1 ? inner : input_.shape), in_batches));
  }
}

void Feed::match_type(const std::string& origin) const {
  const ElementType from = array_.type(), to = input_.type;
  if (from == to) return;
  if (is_float(to) && is_integer(from) && model::size_of(from) <= 2) return;
  if (is_float(to) && is_float(from)) return;
  const std::string pair =
      fmt::format("{}: samples are {}, but the model's input '{}' takes {}", origin,
                  model::to_text(from), input_.name, model::to_text(to));
  if (!is_integer(to) || !is_integer(from) || from == ElementType::u64) throw ConfigError(pair);
  std::vector<double> values(array_.count());
  read(array_, 0, values);
  const auto wrong =
      std::find_if(values.begin(), values.end(), [&](double value) { return !holds(to, value); });
  if (wrong != values.end())
    throw ConfigError(fmt::format("{}, which cannot hold {}", pair, *wrong));
}

Tensor Feed::stacked(const std::vector<std::size_t>& indices) const {
  if (is_constant()) return array_;
  assert(!whole_ || indices.size() == 1);
  Shape shape = input_.shape;
  if (!whole_) shape[0] = static_cast<std::int64_t>(indices.size());
  Tensor result(input_.type, shape);
  const std::size_t count = array_.count() / samples_;
  const std::size_t bytes = count * model::size_of(input_.type);
  std::vector<double> values(count);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (array_.type() == input_.type) {
      std::memcpy(result.bytes().data() + i * bytes, array_.bytes().data() + indices[i] * bytes,
                  bytes);
      continue;
    }
    read(array_, indices[i] * count, values);
    if (is_float(input_.type) && !is_float(array_.type())) {
      for (double& value : values) {
        value = (value * preprocess_.scale - preprocess_.mean) / preprocess_.std;
      }
    }
    write(values, result, i * count);
  }
  return result;
}

}  // namespace paretune::harness
