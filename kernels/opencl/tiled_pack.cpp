// SPDX-License-Identifier: Apache-2.0
#include "kernels/opencl/tiled_pack.h"

#include <bit>
#include <cassert>
#include <vector>

namespace paretune::kernels {
namespace {

template <typename T>
std::unique_ptr<devices::Buffer> uploaded(devices::Device& device, const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  auto buffer = device.allocate(bytes.size());
  device.upload(*buffer, bytes);
  return buffer;
}

template <typename T>
std::vector<T> packed_weights(const TiledShape& shape, const TiledBlocks& blocks,
                              std::span<const T> weight) {
  const auto taps = shape.r * shape.s;
  const auto cg = shape.cg();
  std::vector<T> packed(
      static_cast<std::size_t>(shape.group * blocks.blocks * taps * cg * blocks.columns), T{});
  for (std::int64_t group = 0; group < shape.group; ++group) {
    for (std::int64_t k = 0; k < shape.kg(); ++k) {
      const auto block = group * blocks.blocks + k / blocks.columns;
      for (std::int64_t c = 0; c < cg; ++c) {
        for (std::int64_t tap = 0; tap < taps; ++tap) {
          const auto to = ((block * taps + tap) * cg + c) * blocks.columns + k % blocks.columns;
          const auto from = ((group * shape.kg() + k) * cg + c) * taps + tap;
          packed[static_cast<std::size_t>(to)] = weight[static_cast<std::size_t>(from)];
        }
      }
    }
  }
  return packed;
}

/// Bias, scale and correction per padded column, see TiledPacked::columns.
std::vector<float> column_parameters(const TiledShape& shape, const TiledBlocks& blocks,
                                     const Constants& constants) {
  const auto padded = static_cast<std::size_t>(shape.group * blocks.blocks * blocks.columns);
  std::vector<float> values(padded * (shape.in_u8 ? 3 : 1), 0.0F);
  const auto taps = static_cast<std::size_t>(shape.cg() * shape.r * shape.s);
  for (std::int64_t k = 0; k < shape.k; ++k) {
    const auto at =
        static_cast<std::size_t>(k / shape.kg() * blocks.blocks * blocks.columns + k % shape.kg());
    const auto channel = static_cast<std::size_t>(k);
    if (constants.bias != nullptr) values[at] = constants.bias->data<float>()[channel];
    if (!shape.in_u8) continue;
    const auto& scales = constants.weight->scales;
    values[padded + at] = scales.size() == 1 ? scales[0] : scales.at(channel);
    std::int32_t sum = 0;
    for (const auto w :
         constants.weight->values.data<std::int8_t>().subspan(channel * taps, taps)) {
      sum += w;
    }
    values[2 * padded + at] = std::bit_cast<float>(sum * constants.input.zero_point);
  }
  return values;
}

}  // namespace

std::size_t TiledPacked::bytes() const {
  return weights->size() + columns->size() + padding->size();
}

std::unique_ptr<TiledPacked> tiled_pack(const TiledShape& shape, const TiledBlocks& blocks,
                                        const Constants& constants, devices::Device& device) {
  assert(constants.weight != nullptr);
  const auto& weight = constants.weight->values;
  const auto pixel = static_cast<std::size_t>(shape.cg());
  auto packed = std::make_unique<TiledPacked>(constants);
  if (shape.in_u8) {
    packed->weights = uploaded(device, packed_weights(shape, blocks, weight.data<std::int8_t>()));
    packed->padding = uploaded(
        device,
        std::vector<std::uint8_t>(pixel, static_cast<std::uint8_t>(constants.input.zero_point)));
  } else {
    packed->weights = uploaded(device, packed_weights(shape, blocks, weight.data<float>()));
    packed->padding = uploaded(device, std::vector<float>(pixel, 0.0F));
  }
  packed->columns = uploaded(device, column_parameters(shape, blocks, constants));
  return packed;
}

}  // namespace paretune::kernels
