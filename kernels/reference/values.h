// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/conv_shape.h"
#include "kernels/reference/reference.h"
#include "model/quant/scheme.h"

namespace paretune::kernels {

/// Real value of every element of an f32 or u8 tensor.
std::vector<double> real_values(const model::Tensor& tensor, model::QuantParams params);
/// saturate(round_even(value / scale) + zero_point) in double.
std::uint8_t quantize_exact(double value, model::QuantParams params);
/// `exact` in the workload's output type and shape.
model::Tensor store_values(const model::Workload& workload, const std::vector<double>& exact,
                           model::QuantParams output);

/// Sums of a conv or gemm before bias, residual and activation, per output in NHWC order.
struct Sums {
  std::vector<double> value;
  std::vector<double> magnitude;
};
Sums convolve(const ConvShape& shape, const Constants& constants, const model::Tensor& input);

}  // namespace paretune::kernels
