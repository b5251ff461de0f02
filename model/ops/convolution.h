// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "model/ops/window.h"

namespace paretune::model {

/// What Conv, ConvInteger and QLinearConv share: a grouped cross-correlation.
struct Convolution {
  Window window;            ///< as many axes as the data has
  std::int64_t batch = -1;  ///< images; -1 when free
  std::int64_t group = 1;
  std::int64_t inputs = -1;   ///< channels of one group
  std::int64_t outputs = -1;  ///< channels of all groups

  /// [batch, outputs, spatial...]
  Shape output() const;
};

/// From a node's attributes and its data [n,c,spatial...] and weight [k,c/group,kernel...]; throws
/// InvalidModel when channels, groups or kernel do not fit together (ONNX Conv-22).
Convolution convolution_of(const Node& node, const ValueInfo& data, const ValueInfo& weight);

/// Adds one weight, tap (q, r, s) of a window of three axes, times one input volume to the volume
/// of sums.
template <typename T, typename Sum>
void add_tap(const Window& window, const std::int64_t (&tap)[3], Sum weight, const T* volume,
             Sum* sums) {
  const auto position = [&](std::size_t axis, std::int64_t out) {
    return out * window.stride[axis] + tap[axis] * window.dilation[axis] - window.pad_begin[axis];
  };
  const auto inside = [&](std::size_t axis, std::int64_t at) {
    return at >= 0 && at < window.in[axis];
  };
  const std::int64_t stride = window.stride[2], dx = position(2, 0);
  // The outputs whose tap lies inside the input; the rest read padding, which is zero.
  const std::int64_t first = dx < 0 ? (-dx + stride - 1) / stride : 0;
  const std::int64_t room = window.in[2] - dx;
  const std::int64_t last = room <= 0 ? 0 : std::min(window.out[2], (room + stride - 1) / stride);
  for (std::int64_t z = 0; z < window.out[0]; ++z) {
    if (!inside(0, position(0, z))) continue;
    for (std::int64_t y = 0; y < window.out[1]; ++y) {
      if (!inside(1, position(1, y))) continue;
      const T* in = volume + (position(0, z) * window.in[1] + position(1, y)) * window.in[2];
      Sum* out = sums + (z * window.out[1] + y) * window.out[2];
      // A stride of 1 has a loop of its own, which the compiler turns into vectors.
      if (stride == 1) {
        for (std::int64_t x = first; x < last; ++x) out[x] += weight * static_cast<Sum>(in[x + dx]);
        continue;
      }
      for (std::int64_t x = first; x < last; ++x) {
        out[x] += weight * static_cast<Sum>(in[x * stride + dx]);
      }
    }
  }
}

/// Cross-correlates up to three spatial axes in `Sum`. `start(k)` gives the first summand of output
/// channel k (its bias); `store(i, sums)` takes the volumes in row-major order, i = n * outputs +
/// k. Zero points are to be subtracted from data and weights before. Throws UnsupportedModel for
/// more axes.
template <typename Sum, typename T, typename W, typename Start, typename Store>
void convolve(const Convolution& convolution, const T* data, const W* weights, Start&& start,
              Store&& store) {
  const Window window = widened(convolution.window, 3);
  const std::int64_t volume = window.in[0] * window.in[1] * window.in[2];
  const std::int64_t taps = window.kernel[0] * window.kernel[1] * window.kernel[2];
  const std::int64_t outputs = convolution.outputs, inputs = convolution.inputs;
  const std::int64_t per_group = std::max<std::int64_t>(outputs / convolution.group, 1);
  // Of no elements every other dimension may be of any size.
  const Shape shape = convolution.output();
  if (std::ranges::find(shape, 0) != shape.end()) return;
  std::vector<Sum> sums(static_cast<std::size_t>(window.out[0] * window.out[1] * window.out[2]));
  for (std::int64_t i = 0; i < convolution.batch * outputs; ++i) {
    const std::int64_t n = i / outputs, k = i % outputs;
    std::ranges::fill(sums, static_cast<Sum>(start(k)));
    const T* in = data + (n * convolution.group + k / per_group) * inputs * volume;
    const W* weight = weights + k * inputs * taps;
    for (std::int64_t c = 0; c < inputs; ++c, in += volume) {
      for (std::int64_t q = 0; q < window.kernel[0]; ++q) {
        for (std::int64_t r = 0; r < window.kernel[1]; ++r) {
          for (std::int64_t s = 0; s < window.kernel[2]; ++s) {
            add_tap(window, {q, r, s}, static_cast<Sum>(*weight++), in, sums.data());
          }
        }
      }
    }
    store(i, std::span<const Sum>(sums));
  }
}

}  // namespace paretune::model
