// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/errors.h"
#include "model/quant/scheme.h"

namespace paretune::model {
namespace {

constexpr double largest_u8 = 255.0;

}  // namespace

void Range::add(const Tensor& values) {
  if (values.type() != ElementType::f32) {
    throw InvalidModel("only f32 values have a range to calibrate");
  }
  for (const float value : values.data<float>()) {
    // One infinity would make the scale useless for all other values.
    if (!std::isfinite(value)) continue;
    min = std::min(min, value);
    max = std::max(max, value);
  }
}

QuantParams Range::params_u8() const {
  const double low = std::min(static_cast<double>(min), 0.0);
  const double high = std::max(static_cast<double>(max), 0.0);
  const bool empty = min > max;
  if (empty || low == high) return {};
  // A subnormal scale loses precision or vanishes, and dividing by it overflows.
  const double scale =
      std::max((high - low) / largest_u8, static_cast<double>(std::numeric_limits<float>::min()));
  QuantParams params;
  params.scale = static_cast<float>(scale);
  params.zero_point = static_cast<std::int32_t>(
      std::clamp(std::nearbyint(-low / static_cast<double>(params.scale)), 0.0, largest_u8));
  return params;
}

QuantParameters parameters_of(const Ranges& ranges) {
  QuantParameters parameters;
  for (const auto& [name, range] : ranges) parameters[name] = range.params_u8();
  return parameters;
}

std::uint8_t quantize_u8(float value, QuantParams params) {
  const double steps = std::nearbyint(value / params.scale);
  const double shifted = (std::isnan(steps) ? 0.0 : steps) + params.zero_point;
  return static_cast<std::uint8_t>(std::clamp(shifted, 0.0, largest_u8));
}

float dequantize(std::int32_t value, QuantParams params) {
  return static_cast<float>(static_cast<std::int64_t>(value) - params.zero_point) * params.scale;
}

}  // namespace paretune::model
