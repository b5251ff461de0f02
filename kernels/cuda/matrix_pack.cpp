// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cassert>
#include <vector>

#include "kernels/cuda/matrix_plan.h"

namespace paretune::kernels {
namespace {

/// Calls put(group, column, depth, value) for every weight; `depth` counts (tap, channel) with
/// `unit` channels per tap.
template <typename T, typename Put>
void each_weight(const CudaShape& shape, std::int64_t unit, const T* weight, Put put) {
  const auto taps = shape.r * shape.s;
  for (std::int64_t k = 0; k < shape.k; ++k) {
    for (std::int64_t c = 0; c < shape.cg(); ++c) {
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        put(k / shape.kg(), k % shape.kg(), tap * unit + c,
            weight[(k * shape.cg() + c) * taps + tap]);
      }
    }
  }
}

std::size_t padded_words(const CudaShape& shape, const CudaTiles& tiles) {
  return static_cast<std::size_t>(shape.group * tiles.padded_depth * tiles.column_tiles *
                                  tiles.columns);
}

/// tiled.cu: [group][word][column].
std::vector<std::uint32_t> packed_words(const CudaShape& shape, const CudaTiles& tiles,
                                        const model::Tensor& weight) {
  std::vector<std::uint32_t> packed(padded_words(shape, tiles), 0);
  const auto width = tiles.column_tiles * tiles.columns;
  const auto at = [&](std::int64_t group, std::int64_t column, std::int64_t word) {
    return static_cast<std::size_t>((group * tiles.padded_depth + word) * width + column);
  };
  if (shape.arithmetic == CudaArithmetic::u8s8) {
    const auto unit = (shape.cg() + 3) / 4 * 4;
    each_weight(shape, unit, weight.data<std::int8_t>().data(),
                [&](auto group, auto column, auto depth, std::int8_t value) {
                  packed[at(group, column, depth / 4)] |=
                      std::uint32_t{static_cast<std::uint8_t>(value)} << (depth % 4 * 8);
                });
  } else {
    each_weight(shape, shape.cg(), weight.data<float>().data(),
                [&](auto group, auto column, auto depth, float value) {
                  packed[at(group, column, depth)] = std::bit_cast<std::uint32_t>(value);
                });
  }
  return packed;
}

/// tensor.cu: [group][column][value].
std::vector<std::uint16_t> packed_halves(const CudaShape& shape, const CudaTiles& tiles,
                                         const model::Tensor& weight) {
  std::vector<std::uint16_t> packed(padded_words(shape, tiles), 0);
  const auto width = tiles.column_tiles * tiles.columns;
  const auto* bits = reinterpret_cast<const std::uint16_t*>(weight.bytes().data());
  each_weight(
      shape, shape.cg(), bits, [&](auto group, auto column, auto depth, std::uint16_t value) {
        packed[static_cast<std::size_t>((group * width + column) * tiles.padded_depth + depth)] =
            value;
      });
  return packed;
}

/// Bias, scale and correction per channel, see CudaArguments::columns.
std::vector<float> column_parameters(const CudaShape& shape, const Constants& constants) {
  const auto channels = static_cast<std::size_t>(shape.k);
  const bool integer = shape.arithmetic == CudaArithmetic::u8s8;
  std::vector<float> values(channels * (integer ? 3 : 1), 0.0F);
  const auto products = static_cast<std::size_t>(shape.reduction());
  for (std::size_t k = 0; k < channels; ++k) {
    if (constants.bias != nullptr) values[k] = constants.bias->data<float>()[k];
    if (!integer) continue;
    const auto& scales = constants.weight->scales;
    values[channels + k] = scales.size() == 1 ? scales[0] : scales.at(k);
    std::int32_t sum = 0;
    for (const auto w :
         constants.weight->values.data<std::int8_t>().subspan(k * products, products)) {
      sum += w;
    }
    values[2 * channels + k] = std::bit_cast<float>(sum * constants.input.zero_point);
  }
  return values;
}

}  // namespace

std::unique_ptr<CudaMatrixPacked> cuda_matrix_pack(const CudaShape& shape, const CudaTiles& tiles,
                                                   const Constants& constants,
                                                   devices::Device& device) {
  assert(constants.weight != nullptr);
  const auto& weight = constants.weight->values;
  auto packed = std::make_unique<CudaMatrixPacked>();
  packed->arguments = cuda_arguments(constants);
  if (shape.tensor()) {
    const auto halves = packed_halves(shape, tiles, weight);
    packed->weights = cuda_uploaded(device, std::as_bytes(std::span(halves)));
  } else {
    const auto words = packed_words(shape, tiles, weight);
    packed->weights = cuda_uploaded(device, std::as_bytes(std::span(words)));
  }
  const auto columns = column_parameters(shape, constants);
  packed->columns = cuda_uploaded(device, std::as_bytes(std::span(columns)));
  packed->arguments.w = cuda_address(*packed->weights);
  packed->arguments.columns = static_cast<const float*>(cuda_address(*packed->columns));
  return packed;
}

}  // namespace paretune::kernels
