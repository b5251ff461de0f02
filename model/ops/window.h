// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.h"

namespace paretune::model {

/// A sliding window over one to three spatial axes (Conv, the pools); index 0 is the outermost
/// one: depth, height, width.
struct Window {
  Shape in, out;  ///< spatial sizes; -1 when free
  Shape kernel, stride, dilation;
  Shape pad_begin, pad_end;
};

/// Reads kernel_shape (`kernel` when absent), strides, dilations, pads, auto_pad and ceil_mode of a
/// node whose input is `data` [n,c,spatial...], with auto_pad resolved into pads (ONNX Conv-22,
/// MaxPool-22). Throws InvalidModel for windows that do not fit or have no axis,
/// UnsupportedModel for more than three axes.
Window window_of(const Node& node, const ValueInfo& data, const Shape& kernel);

/// The same window over `axes` axes: trivial ones of size 1 in front. So a one-dimensional window
/// becomes one of height 1. Throws UnsupportedModel when it has more axes already.
Window widened(Window window, std::size_t axes);

/// [n, c, out...] for data [n, c, in...].
Shape pooled_shape(const ValueInfo& data, const Window& window);

/// All dimensions behind the first two; throws InvalidModel when there is none.
Shape spatial(const Shape& shape);

/// A list attribute of `length` entries, each `least` or more and below 2^30, far beyond any real
/// window, so that products of two stay below 63 bits. Throws InvalidModel.
std::vector<std::int64_t> window_attribute(const Node& node, std::string_view name,
                                           std::size_t length,
                                           const std::vector<std::int64_t>& fallback,
                                           std::int64_t least);
/// Attribute auto_pad, "NOTSET" when absent; throws InvalidModel when ONNX does not define it.
std::string auto_pad_of(const Node& node);
/// Throws InvalidModel when a spatial dimension is too large to compute with, UnsupportedModel when
/// there are more than three.
void require_spatial(const ValueInfo& data);

/// The taps of one axis at one output position that read the input and not its padding:
/// first <= r < last, and tap r reads start + r * dilation.
struct Taps {
  std::int64_t start, first, last;
};
Taps taps_of(const Window& window, std::size_t axis, std::int64_t out);

/// Calls visit(offset) for each tap inside the input plane, in row-major order, of the output at
/// (z, y, x) of a window of three axes.
template <typename Visit>
void for_taps(const Window& window, std::int64_t z, std::int64_t y, std::int64_t x, Visit&& visit) {
  const Taps depth = taps_of(window, 0, z), height = taps_of(window, 1, y),
             width = taps_of(window, 2, x);
  for (std::int64_t q = depth.first; q < depth.last; ++q) {
    const std::int64_t plane = (depth.start + q * window.dilation[0]) * window.in[1];
    for (std::int64_t r = height.first; r < height.last; ++r) {
      const std::int64_t row = (plane + height.start + r * window.dilation[1]) * window.in[2];
      for (std::int64_t s = width.first; s < width.last; ++s) {
        visit(row + width.start + s * window.dilation[2]);
      }
    }
  }
}

/// Calls visit(z, y, x) for each output of a window of three axes, in row-major order.
template <typename Visit>
void for_outputs(const Window& window, Visit&& visit) {
  for (std::int64_t z = 0; z < window.out[0]; ++z) {
    for (std::int64_t y = 0; y < window.out[1]; ++y) {
      for (std::int64_t x = 0; x < window.out[2]; ++x) visit(z, y, x);
    }
  }
}

}  // namespace paretune::model
