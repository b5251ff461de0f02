// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "model/graph.h"

namespace paretune::model {

/// A two-dimensional sliding window (Conv, MaxPool, AveragePool); index 0 is height, 1 is width.
struct Window {
  std::array<std::int64_t, 2> in{}, out{};  ///< spatial sizes; -1 when free
  std::array<std::int64_t, 2> kernel{};
  std::array<std::int64_t, 2> stride{};
  std::array<std::int64_t, 2> pad_begin{}, pad_end{};
  std::array<std::int64_t, 2> dilation{};
};

/// Reads kernel_shape (`kernel` when absent), strides, dilations, pads, auto_pad and ceil_mode of a
/// node whose input is `data` [n,c,h,w], with auto_pad resolved into pads (ONNX Conv-11,
/// MaxPool-12). Throws InvalidModel for windows that do not fit, UnsupportedModel unless rank is 4.
Window window_of(const Node& node, const ValueInfo& data, const Shape& kernel);

/// The last two dimensions of a shape of rank 4.
Shape spatial(const Shape& shape);

}  // namespace paretune::model
