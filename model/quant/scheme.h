// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/tensor.h"

namespace paretune::model {

/// Affine quantization of a value (ONNX QuantizeLinear-13): q = saturate(round_even(x/scale) +
/// zero_point).
struct QuantParams {
  float scale = 1.0F;
  std::int32_t zero_point = 0;
  friend bool operator==(const QuantParams&, const QuantParams&) = default;
};

/// Quantization parameters by value name.
using QuantParameters = std::map<std::string, QuantParams>;

/// A weight tensor as a scheme stores it.
struct QuantizedWeight {
  Tensor values;  ///< i8 (int8 schemes), f16, bf16 or f32; OIHW, [n,k] or (MatMul) [k,n]
  std::vector<float>
      scales;  ///< one (per tensor) or one per output channel; empty when not integer
};

/// A weight stored [k,n] as [n,k], the form kernels take. Throws InvalidModel unless its rank is 2.
QuantizedWeight transposed(const QuantizedWeight& weight);

/// How a layer's inputs, weights and accumulation are represented. Stateless.
class Scheme {
 public:
  virtual ~Scheme() = default;
  virtual std::string_view name() const = 0;   ///< "int8_channel"
  virtual ElementType input_type() const = 0;  ///< type activations arrive in: f32 or u8
  virtual std::string_view weight_tag()
      const = 0;  ///< Workload tag "wei": "f32", "f16", "bf16", "s8_tensor", "s8_channel"
  /// Quantizes a weight whose output channels lie along `channel_axis`: symmetric, range ±127,
  /// scale = max|w|/127 per tensor or channel.
  virtual QuantizedWeight quantize(const Tensor& weight, std::size_t channel_axis) const = 0;
};

/// All schemes, in the order of list.cpp: the one place to add one.
const std::vector<std::unique_ptr<Scheme>>& schemes();
/// nullptr when there is none of that name.
const Scheme* find_scheme(std::string_view name);

/// Smallest and largest value seen; accumulates over calibration samples (min-max calibration).
struct Range {
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
  void add(const Tensor& values);  ///< f32 only
  /// u8 asymmetric parameters: the range is widened to contain 0 so that 0 is exact.
  QuantParams params_u8() const;
};
/// Range by value name.
using Ranges = std::map<std::string, Range>;
/// params_u8() of every range.
QuantParameters parameters_of(const Ranges& ranges);

/// Element-wise reference arithmetic shared by the operators, kernels' tests and converts.
std::uint8_t quantize_u8(float value, QuantParams params);
float dequantize(std::int32_t value, QuantParams params);

}  // namespace paretune::model
