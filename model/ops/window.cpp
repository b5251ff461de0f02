// SPDX-License-Identifier: Apache-2.0
#include "model/ops/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/errors.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

constexpr std::size_t most_axes = 3;
constexpr std::int64_t largest_attribute = std::int64_t{1} << 30;
constexpr std::int64_t largest_input = std::int64_t{1} << 60;

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

std::vector<std::int64_t> window_attribute(const Node& node, std::string_view name,
                                           std::size_t length,
                                           const std::vector<std::int64_t>& fallback,
                                           std::int64_t least) {
  auto values = node.ints_attribute(name, fallback);
  if (values.size() != length) {
    throw InvalidModel(
        fmt::format("attribute '{}' has {} entries but needs {}", name, values.size(), length));
  }
  for (const std::int64_t value : values) {
    if (value < least || value > largest_attribute) {
      throw InvalidModel(fmt::format("attribute '{}' holds {}, which must be {} to {}", name, value,
                                     least, largest_attribute));
    }
  }
  return values;
}

std::string auto_pad_of(const Node& node) {
  std::string mode = node.string_attribute("auto_pad", "NOTSET");
  if (mode != "SAME_UPPER" && mode != "SAME_LOWER" && mode != "NOTSET" && mode != "VALID") {
    throw InvalidModel(
        fmt::format("attribute 'auto_pad' is '{}', which ONNX does not define", mode));
  }
  return mode;
}

void require_spatial(const ValueInfo& data) {
  const Shape dims = spatial(data.shape);
  if (dims.size() > most_axes) {
    throw UnsupportedModel(fmt::format("{} spatial dimensions are not supported; {} are the most",
                                       dims.size(), most_axes));
  }
  for (const std::int64_t dim : dims) {
    if (dim > largest_input) {
      throw InvalidModel(fmt::format("shape {} is too large", to_text(data.shape)));
    }
  }
}

Shape spatial(const Shape& shape) {
  if (shape.size() < 3) {
    throw InvalidModel(fmt::format("shape {} has no spatial dimension", to_text(shape)));
  }
  return {shape.begin() + 2, shape.end()};
}

Window window_of(const Node& node, const ValueInfo& data, const Shape& kernel) {
  require_spatial(data);
  if (kernel.empty() && !node.attributes.contains("kernel_shape")) {
    throw InvalidModel("attribute 'kernel_shape' is missing");
  }
  Window window;
  window.in = spatial(data.shape);
  const std::size_t axes = window.in.size();
  window.kernel = window_attribute(node, "kernel_shape", axes, kernel, 1);
  window.stride = window_attribute(node, "strides", axes, Shape(axes, 1), 1);
  window.dilation = window_attribute(node, "dilations", axes, Shape(axes, 1), 1);
  auto pads = window_attribute(node, "pads", 2 * axes, Shape(2 * axes, 0), 0);
  const std::string mode = auto_pad_of(node);
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (mode != "NOTSET") pads.assign(2 * axes, 0);
  window.pad_begin.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(axes));
  window.pad_end.assign(pads.begin() + static_cast<std::ptrdiff_t>(axes), pads.end());
  window.out.assign(axes, -1);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    if (window.in[axis] < 0) continue;
    if (same) {
      pad_same(window, axis, mode == "SAME_UPPER");
    } else {
      // VALID yields the same number of steps with and without ceil_mode (MaxPool-22).
      count_steps(window, axis, mode == "NOTSET" && node.int_attribute("ceil_mode", 0) != 0);
    }
  }
  return window;
}

Shape pooled_shape(const ValueInfo& data, const Window& window) {
  Shape shape = {data.shape.at(0), data.shape.at(1)};
  shape.insert(shape.end(), window.out.begin(), window.out.end());
  return shape;
}

Window widened(Window window, std::size_t axes) {
  if (window.in.size() > axes) {
    throw UnsupportedModel(fmt::format("{} spatial dimensions are not supported; {} are the most",
                                       window.in.size(), axes));
  }
  const std::size_t missing = axes - window.in.size();
  const auto put_in_front = [missing](Shape& values, std::int64_t value) {
    values.insert(values.begin(), missing, value);
  };
  for (Shape* ones : {&window.in, &window.out, &window.kernel, &window.stride, &window.dilation}) {
    put_in_front(*ones, 1);
  }
  put_in_front(window.pad_begin, 0);
  put_in_front(window.pad_end, 0);
  return window;
}

Taps taps_of(const Window& window, std::size_t axis, std::int64_t out) {
  const std::int64_t dilation = window.dilation[axis];
  const std::int64_t start = out * window.stride[axis] - window.pad_begin[axis];
  const std::int64_t first = start < 0 ? (-start + dilation - 1) / dilation : 0;
  const std::int64_t room = window.in[axis] - start;
  const std::int64_t last =
      room <= 0 ? 0 : std::min(window.kernel[axis], (room + dilation - 1) / dilation);
  return {start, first, last};
}

}  // namespace paretune::model
