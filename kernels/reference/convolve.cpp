// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "kernels/reference/values.h"
#include "model/errors.h"
#include "model/float16.h"

namespace paretune::kernels {
namespace {

/// Data and weights as plain doubles with their zero points removed. Integers up to 2^53 are exact
/// in double, so integer layers accumulate exactly.
struct Operands {
  std::vector<double> data;     ///< NHWC
  std::vector<double> weights;  ///< [k][r][s][c/group]: a tap's channels are contiguous
  std::vector<double> scale;    ///< per output channel
};

std::vector<double> read_weights(const model::Tensor& tensor) {
  std::vector<double> values(tensor.count());
  if (tensor.type() == model::ElementType::f32) {
    std::copy(tensor.data<float>().begin(), tensor.data<float>().end(), values.begin());
  } else if (tensor.type() == model::ElementType::i8) {
    std::copy(tensor.data<std::int8_t>().begin(), tensor.data<std::int8_t>().end(), values.begin());
  } else {
    // f16, or bfloat16 stored as its bits (u16 or bf16 elements).
    const auto* bits = reinterpret_cast<const std::uint16_t*>(tensor.bytes().data());
    const bool f16 = tensor.type() == model::ElementType::f16;
    std::transform(bits, bits + values.size(), values.begin(),
                   f16 ? model::f16_to_float : model::bf16_to_float);
  }
  return values;
}

std::vector<double> channels_last(const ConvShape& shape, const std::vector<double>& oihw) {
  const auto channels = shape.c / shape.group, taps = shape.r * shape.s;
  std::vector<double> ohwi(oihw.size());
  for (std::int64_t k = 0; k < shape.k; ++k) {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        ohwi[(k * taps + tap) * channels + c] = oihw[(k * channels + c) * taps + tap];
      }
    }
  }
  return ohwi;
}

Operands read_operands(const ConvShape& shape, const Constants& constants,
                       const model::Tensor& input) {
  Operands operands;
  const auto& weight = *constants.weight;
  if (static_cast<std::int64_t>(weight.values.count()) != shape.k * shape.reduction()) {
    throw model::InvalidModel("the weight's size does not fit its workload");
  }
  operands.weights = channels_last(shape, read_weights(weight.values));
  operands.scale.assign(static_cast<std::size_t>(shape.k), 1.0);
  if (input.type() == model::ElementType::u8) {
    // Centred integers; the scale is applied to the exact sum.
    operands.data = real_values(input, {1.0F, constants.input.zero_point});
    for (std::size_t k = 0; k < operands.scale.size(); ++k) {
      const auto scale = weight.scales.size() == 1 ? weight.scales[0] : weight.scales.at(k);
      operands.scale[k] = static_cast<double>(constants.input.scale) * static_cast<double>(scale);
    }
    return operands;
  }
  operands.data = real_values(input, {});
  const auto stored = weight.values.type();
  if (stored == model::ElementType::u16 || stored == model::ElementType::bf16) {
    for (auto& value : operands.data)
      value = model::bf16_to_float(model::bf16_from_float(static_cast<float>(value)));
  } else if (stored == model::ElementType::f16) {
    for (auto& value : operands.data) value = model::f16_to_float(model::f16_from_double(value));
  }
  return operands;
}

/// One output pixel, all output channels.
void convolve_pixel(const ConvShape& shape, const Operands& operands, std::int64_t image,
                    std::int64_t oy, std::int64_t ox, double* value, double* magnitude) {
  const auto channels = shape.c / shape.group, out_channels = shape.k / shape.group;
  for (std::int64_t r = 0; r < shape.r; ++r) {
    const auto y = oy * shape.stride_h - shape.pad_t + r * shape.dilation_h;
    if (y < 0 || y >= shape.h) continue;
    for (std::int64_t s = 0; s < shape.s; ++s) {
      const auto x = ox * shape.stride_w - shape.pad_l + s * shape.dilation_w;
      if (x < 0 || x >= shape.w) continue;
      const double* pixel = &operands.data[((image * shape.h + y) * shape.w + x) * shape.c];
      for (std::int64_t k = 0; k < shape.k; ++k) {
        const double* data = pixel + k / out_channels * channels;
        const double* weight = &operands.weights[((k * shape.r + r) * shape.s + s) * channels];
        for (std::int64_t c = 0; c < channels; ++c) {
          value[k] += data[c] * weight[c];
          magnitude[k] += std::abs(data[c] * weight[c]);
        }
      }
    }
  }
  for (std::int64_t k = 0; k < shape.k; ++k) {
    value[k] *= operands.scale[static_cast<std::size_t>(k)];
    magnitude[k] *= operands.scale[static_cast<std::size_t>(k)];
  }
}

}  // namespace

Sums convolve(const ConvShape& shape, const Constants& constants, const model::Tensor& input) {
  const auto operands = read_operands(shape, constants, input);
  Sums sums;
  sums.value.assign(static_cast<std::size_t>(shape.output_count()), 0.0);
  sums.magnitude = sums.value;
  std::size_t at = 0;
  for (std::int64_t image = 0; image < shape.n; ++image) {
    for (std::int64_t oy = 0; oy < shape.oh; ++oy) {
      for (std::int64_t ox = 0; ox < shape.ow; ++ox) {
        convolve_pixel(shape, operands, image, oy, ox, &sums.value[at], &sums.magnitude[at]);
        at += static_cast<std::size_t>(shape.k);
      }
    }
  }
  return sums;
}

}  // namespace paretune::kernels
