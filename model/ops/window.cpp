// SPDX-License-Identifier: Apache-2.0
#include "model/ops/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/errors.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

// Far beyond any real window; keeps every product below 63 bits.
constexpr std::int64_t largest = std::int64_t{1} << 30;

std::vector<std::int64_t> attribute(const Node& node, std::string_view name, std::size_t length,
                                    const std::vector<std::int64_t>& fallback, std::int64_t least) {
  auto values = node.ints_attribute(name, fallback);
  if (values.size() != length) {
    throw InvalidModel(
        fmt::format("attribute '{}' has {} entries but needs {}", name, values.size(), length));
  }
  for (const std::int64_t value : values) {
    if (value < least || value > largest) {
      throw InvalidModel(
          fmt::format("attribute '{}' holds {}, which must be {} or more", name, value, least));
    }
  }
  return values;
}

std::int64_t extent(const Window& window, std::size_t axis) {
  return (window.kernel[axis] - 1) * window.dilation[axis] + 1;
}

/// SAME_UPPER and SAME_LOWER: ceil(in / stride) outputs, the odd cell of padding at the named end.
void pad_same(Window& window, std::size_t axis, bool upper) {
  const std::int64_t in = window.in[axis];
  const std::int64_t stride = window.stride[axis];
  window.out[axis] = (in + stride - 1) / stride;
  const std::int64_t total =
      std::max<std::int64_t>((window.out[axis] - 1) * stride + extent(window, axis) - in, 0);
  const std::int64_t small = total / 2;
  window.pad_begin[axis] = upper ? small : total - small;
  window.pad_end[axis] = upper ? total - small : small;
}

void count_steps(Window& window, std::size_t axis, bool ceil_mode) {
  const std::int64_t stride = window.stride[axis];
  const std::int64_t room =
      window.in[axis] + window.pad_begin[axis] + window.pad_end[axis] - extent(window, axis);
  if (room < 0) {
    throw InvalidModel(fmt::format("a window of {} does not fit an input of {} with padding {}+{}",
                                   extent(window, axis), window.in[axis], window.pad_begin[axis],
                                   window.pad_end[axis]));
  }
  window.out[axis] = (room + (ceil_mode ? stride - 1 : 0)) / stride + 1;
  // A window that starts in the padding behind the input is dropped (MaxPool-22).
  if (ceil_mode && (window.out[axis] - 1) * stride >= window.in[axis] + window.pad_begin[axis]) {
    --window.out[axis];
  }
}

}  // namespace

Shape spatial(const Shape& shape) { return {shape.at(2), shape.at(3)}; }

Window window_of(const Node& node, const ValueInfo& data, const Shape& kernel) {
  require_rank(data, 4);
  if (kernel.empty() && !node.attributes.contains("kernel_shape")) {
    throw InvalidModel("attribute 'kernel_shape' is missing");
  }
  const auto kernels = attribute(node, "kernel_shape", 2, kernel, 1);
  const auto strides = attribute(node, "strides", 2, {1, 1}, 1);
  const auto dilations = attribute(node, "dilations", 2, {1, 1}, 1);
  const auto pads = attribute(node, "pads", 4, {0, 0, 0, 0}, 0);
  const std::string mode = node.string_attribute("auto_pad", "NOTSET");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (!same && mode != "NOTSET" && mode != "VALID") {
    throw InvalidModel(
        fmt::format("attribute 'auto_pad' is '{}', which ONNX does not define", mode));
  }
  Window window;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    window.in[axis] = data.shape[axis + 2];
    window.kernel[axis] = kernels[axis];
    window.stride[axis] = strides[axis];
    window.dilation[axis] = dilations[axis];
    if (mode == "NOTSET") {
      window.pad_begin[axis] = pads[axis];
      window.pad_end[axis] = pads[axis + 2];
    }
    if (window.in[axis] < 0) {
      window.out[axis] = -1;
    } else if (same) {
      pad_same(window, axis, mode == "SAME_UPPER");
    } else {
      count_steps(window, axis, node.int_attribute("ceil_mode", 0) != 0);
    }
  }
  return window;
}

}  // namespace paretune::model
