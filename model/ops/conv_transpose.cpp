// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"
#include "model/ops/window.h"

namespace paretune::model {
namespace {

/// The window slides over the output: `in` of the Window is the output's size and `out` the
/// input's, so that a transposed convolution scatters where a convolution gathers.
struct Transposed {
  Window window;
  std::int64_t group = 1;
  std::int64_t outputs = -1;  ///< channels of all groups
};

// Leaves room for one more stride below 63 bits.
constexpr std::int64_t largest_output = std::int64_t{1} << 61;

/// Splits the padding that leaves `wanted` elements of `full`. What is missing is not padding: the
/// output then ends in zeros.
void pad_to(Window& window, std::size_t axis, std::int64_t full, std::int64_t wanted, bool upper) {
  const std::int64_t total = std::max<std::int64_t>(full - wanted, 0);
  const std::int64_t small = total / 2;
  window.pad_begin[axis] = upper ? small : total - small;
  window.pad_end[axis] = upper ? total - small : small;
  window.in[axis] = wanted;
}

/// ConvTranspose-22: the output's size and the padding of each axis whose input size is known.
void add_sizes(Window& window, const Node& node) {
  const std::size_t axes = window.out.size();
  const auto extra = window_attribute(node, "output_padding", axes, Shape(axes, 0), 0);
  const std::string mode = auto_pad_of(node);
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  const bool given = node.attributes.contains("output_shape");
  const auto shape = window_attribute(node, "output_shape", axes, Shape(axes, 0), 0);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const std::int64_t stride = window.stride[axis], in = window.out[axis];
    if (given) window.in[axis] = shape[axis];
    if (in < 0) continue;
    std::int64_t full = 0;
    if (__builtin_mul_overflow(stride, in - 1, &full) ||
        __builtin_add_overflow(
            full, extra[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1, &full) ||
        full > largest_output) {
      throw InvalidModel("the output has more elements than 63 bits can count");
    }
    if (given || same) {
      pad_to(window, axis, full, given ? shape[axis] : in * stride, mode == "SAME_UPPER");
    } else {
      window.in[axis] = full - window.pad_begin[axis] - window.pad_end[axis];
    }
    if (window.in[axis] < 0) {
      throw InvalidModel(fmt::format("padding {}+{} is more than the {} elements of the output",
                                     window.pad_begin[axis], window.pad_end[axis], full));
    }
  }
}

Window window_for(const Node& node, const ValueInfo& data, const Shape& kernel) {
  require_spatial(data);
  Window window;
  window.out = spatial(data.shape);
  const std::size_t axes = window.out.size();
  window.in.assign(axes, -1);
  window.kernel = window_attribute(node, "kernel_shape", axes, kernel, 1);
  if (window.kernel != kernel) {
    throw InvalidModel("kernel_shape differs from the weight's shape");
  }
  window.stride = window_attribute(node, "strides", axes, Shape(axes, 1), 1);
  window.dilation = window_attribute(node, "dilations", axes, Shape(axes, 1), 1);
  auto pads = window_attribute(node, "pads", 2 * axes, Shape(2 * axes, 0), 0);
  if (auto_pad_of(node) != "NOTSET") pads.assign(2 * axes, 0);
  const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(axes);
  window.pad_begin.assign(pads.begin(), middle);
  window.pad_end.assign(middle, pads.end());
  add_sizes(window, node);
  return window;
}

Transposed transposed_of(const Node& node, const ValueInfo& data, const ValueInfo& weight) {
  if (data.shape.size() != weight.shape.size()) {
    throw InvalidModel(fmt::format("data {} and weight {} must have the same rank",
                                   to_text(data.shape), to_text(weight.shape)));
  }
  const Shape kernel = spatial(weight.shape);
  if (std::ranges::count(weight.shape, -1) > 0) {
    throw UnsupportedModel("a weight of unknown shape is not supported");
  }
  Transposed result;
  result.group = node.int_attribute("group", 1);
  if (result.group < 1 || weight.shape[0] % result.group != 0) {
    throw InvalidModel(fmt::format("{} input channels do not divide into {} groups",
                                   weight.shape[0], result.group));
  }
  if (__builtin_mul_overflow(weight.shape[1], result.group, &result.outputs)) {
    throw InvalidModel("the weight has more channels than 63 bits can count");
  }
  require_dim(data, 1, weight.shape[0], "channels of the weight");
  result.window = window_for(node, data, kernel);
  return result;
}

/// Adds one input volume times one filter to the volume of sums; both over three axes.
template <typename T>
void scatter(const Window& window, const T* volume, const T* filter, double* sums) {
  for_outputs(window, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const double value = *volume++;
    const Taps depth = taps_of(window, 0, z), height = taps_of(window, 1, y),
               width = taps_of(window, 2, x);
    for (std::int64_t q = depth.first; q < depth.last; ++q) {
      for (std::int64_t r = height.first; r < height.last; ++r) {
        const T* taps = filter + (q * window.kernel[1] + r) * window.kernel[2];
        const std::int64_t row = ((depth.start + q * window.dilation[0]) * window.in[1] +
                                  height.start + r * window.dilation[1]) *
                                     window.in[2] +
                                 width.start;
        for (std::int64_t s = width.first; s < width.last; ++s) {
          sums[row + s * window.dilation[2]] += value * taps[s];
        }
      }
    }
  });
}

/// ONNX ConvTranspose-22 (and 1, 11) over one to three spatial dimensions; weight [c,k/group,...].
class ConvTranspose : public Operator {
 public:
  std::string_view op_type() const override { return "ConvTranspose"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& weight = required(context, 1);
    require_floating(data);
    require_same_type(data, weight);
    const Transposed transposed = transposed_of(context.node, data, weight);
    if (const auto* bias = optional(context, 2)) {
      require_same_type(data, *bias);
      require_rank(*bias, 1);
      require_dim(*bias, 0, transposed.outputs, "one bias per output channel");
    }
    Shape shape = {data.shape[0], transposed.outputs};
    shape.insert(shape.end(), transposed.window.in.begin(), transposed.window.in.end());
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    if (out.count() == 0) return {std::move(out)};
    for_floating(info.type, [&]<typename T>() { run<T>(node, inputs, out); });
    return {std::move(out)};
  }

 private:
  template <typename T>
  static void run(const Node& node, std::span<const Tensor* const> inputs, Tensor& out) {
    const Tensor& data = *inputs[0];
    const Tensor& weight = *inputs[1];
    const Tensor* bias = inputs.size() > 2 ? inputs[2] : nullptr;
    const Transposed transposed = transposed_of(node, {"", data.type(), data.shape(), {}},
                                                {"", weight.type(), weight.shape(), {}});
    const Window window = widened(transposed.window, 3);
    const std::int64_t volume = window.out[0] * window.out[1] * window.out[2];
    const std::int64_t taps = window.kernel[0] * window.kernel[1] * window.kernel[2];
    const std::int64_t outputs = weight.dim(1), inputs_each = weight.dim(0) / transposed.group;
    std::vector<double> sums(static_cast<std::size_t>(window.in[0] * window.in[1] * window.in[2]));
    T* result = out.data<T>().data();
    for (std::int64_t i = 0; i < data.dim(0) * transposed.outputs; ++i) {
      const std::int64_t n = i / transposed.outputs, k = i % transposed.outputs;
      std::ranges::fill(sums, bias == nullptr ? 0.0 : bias->data<T>()[static_cast<std::size_t>(k)]);
      const std::int64_t first = k / outputs * inputs_each;
      for (std::int64_t c = first; c < first + inputs_each; ++c) {
        scatter(window, data.data<T>().data() + (n * data.dim(1) + c) * volume,
                weight.data<T>().data() + (c * outputs + k % outputs) * taps, sums.data());
      }
      for (const double sum : sums) *result++ = static_cast<T>(sum);
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_conv_transpose() { return std::make_unique<ConvTranspose>(); }

}  // namespace paretune::model
