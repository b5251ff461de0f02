// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/ops/rules.h"

namespace paretune::model {

/// How the elements of a tensor find their scale: one for all, one per index of an axis, or one per
/// block of neighbours along an axis (QuantizeLinear-21).
struct QuantizationMap {
  std::size_t inner = 1;   ///< elements behind one index of the axis
  std::size_t length = 1;  ///< indices of the axis
  std::size_t block = 1;   ///< indices that share a scale
  std::size_t outer_stride = 0, axis_stride = 0, inner_stride = 0;  ///< in scales

  std::size_t scale_of(std::size_t element) const {
    if (axis_stride == 0) return 0;
    const std::size_t line = element / inner;
    return line / length * outer_stride + line % length / block * axis_stride +
           element % inner * inner_stride;
  }
};

/// Checks scale and zero point (inputs 1 and 2) against the data; throws InvalidModel.
void check_quantization(const InferContext& context);
/// For data and scales that passed check_quantization().
QuantizationMap quantization_map(const Node& node, const Tensor& data, const Tensor& scale);

/// Smallest and largest number of an integer type of 16 bits or less that is no bool; both are 0
/// for other types.
struct QuantizedRange {
  std::int32_t lowest = 0, highest = 0;
};
QuantizedRange quantized_range(ElementType type);
/// out[i] = saturate(round_even(steps) + zero) for such a type; NaN becomes zero.
void store_quantized(Tensor& out, std::size_t i, double steps, double zero);

/// values - zero in 32 bits; `zero` (nullptr for none) is one for all, one per index of the last
/// but `behind` dimension, or broadcasts.
Tensor centered(const Tensor& values, const Tensor* zero, std::size_t behind);
/// The tensor with dimensions of 1 behind it when it is a vector of several elements.
Tensor with_dimensions_behind(const Tensor& tensor, std::size_t behind);

}  // namespace paretune::model
