// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"
#include "model/ops/window.h"

namespace paretune::model {
namespace {

/// Adds one weight times one input plane to the plane of sums.
template <typename T>
void accumulate(const Window& window, std::int64_t r, std::int64_t s, double weight, const T* plane,
                double* sums) {
  const std::int64_t dx = s * window.dilation[1] - window.pad_begin[1];
  const std::int64_t stride = window.stride[1];
  // The outputs whose tap lies inside the input; the rest read padding, which is zero.
  const std::int64_t first = dx < 0 ? (-dx + stride - 1) / stride : 0;
  const std::int64_t room = window.in[1] - dx;
  const std::int64_t last = room <= 0 ? 0 : std::min(window.out[1], (room + stride - 1) / stride);
  for (std::int64_t y = 0; y < window.out[0]; ++y) {
    const std::int64_t row = y * window.stride[0] + r * window.dilation[0] - window.pad_begin[0];
    if (row < 0 || row >= window.in[0]) continue;
    const T* in = plane + row * window.in[1];
    double* out = sums + y * window.out[1];
    for (std::int64_t x = first; x < last; ++x) out[x] += weight * in[x * stride + dx];
  }
}

/// ONNX Conv-11: cross-correlation, grouped and dilated, over two spatial dimensions.
class Conv : public Operator {
 public:
  std::string_view op_type() const override { return "Conv"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& weight = required(context, 1);
    require_floating(data);
    require_same_type(data, weight);
    require_rank(data, 4);
    require_rank(weight, 4);
    const std::int64_t group = context.node.int_attribute("group", 1);
    const std::int64_t k = weight.shape[0];
    if (group < 1 || k % group != 0) {
      throw InvalidModel(fmt::format("{} output channels do not divide into {} groups", k, group));
    }
    std::int64_t channels = 0;
    if (__builtin_mul_overflow(weight.shape[1], group, &channels)) {
      throw InvalidModel("the weight has more channels than 63 bits can count");
    }
    require_dim(data, 1, channels, "weight channels times groups");
    if (const auto* bias = optional(context, 2)) {
      require_same_type(data, *bias);
      require_rank(*bias, 1);
      require_dim(*bias, 0, k, "one bias per output channel");
    }
    const Window window = window_of(context.node, data, spatial(weight.shape));
    if (window.kernel[0] != weight.shape[2] || window.kernel[1] != weight.shape[3]) {
      throw InvalidModel(
          fmt::format("kernel_shape differs from the weight's shape {}", to_text(weight.shape)));
    }
    return {output_of(data.type, {data.shape[0], k, window.out[0], window.out[1]})};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    for_floating(info.type, [&]<typename T>() { run<T>(node, inputs, out); });
    return {std::move(out)};
  }

 private:
  template <typename T>
  static void run(const Node& node, std::span<const Tensor* const> inputs, Tensor& out) {
    const Tensor& data = *inputs[0];
    const Tensor& weight = *inputs[1];
    const Tensor* bias = inputs.size() > 2 ? inputs[2] : nullptr;
    const Window window =
        window_of(node, {"", data.type(), data.shape(), {}}, spatial(weight.shape()));
    const std::int64_t k = out.dim(1), channels = weight.dim(1);
    const std::int64_t per_group = std::max<std::int64_t>(k / node.int_attribute("group", 1), 1);
    const std::int64_t plane = window.in[0] * window.in[1];
    std::vector<double> sums(static_cast<std::size_t>(window.out[0] * window.out[1]));
    T* result = out.data<T>().data();
    for (std::int64_t image = 0; image < out.dim(0) * k; ++image) {
      const std::int64_t n = image / k, o = image % k;
      std::ranges::fill(sums, bias == nullptr ? 0.0 : bias->data<T>()[static_cast<std::size_t>(o)]);
      const T* planes =
          data.data<T>().data() + (n * data.dim(1) + o / per_group * channels) * plane;
      const T* taps = weight.data<T>().data() + o * channels * weight.dim(2) * weight.dim(3);
      for (std::int64_t c = 0; c < channels; ++c) {
        for (std::int64_t r = 0; r < window.kernel[0]; ++r) {
          for (std::int64_t s = 0; s < window.kernel[1]; ++s) {
            accumulate(window, r, s, *taps++, planes + c * plane, sums.data());
          }
        }
      }
      result = std::ranges::transform(sums, result, [](double v) { return static_cast<T>(v); }).out;
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_conv() { return std::make_unique<Conv>(); }

}  // namespace paretune::model
