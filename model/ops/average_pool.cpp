// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"
#include "model/ops/window.h"

namespace paretune::model {
namespace {

/// Taps of one axis that read input or padding. With ceil_mode a window may reach past the padding;
/// such cells never count.
std::int64_t padded_taps(const Window& window, std::size_t axis, std::int64_t out) {
  const std::int64_t room =
      window.in[axis] + window.pad_begin[axis] + window.pad_end[axis] - out * window.stride[axis];
  const std::int64_t dilation = window.dilation[axis];
  return std::clamp<std::int64_t>((room + dilation - 1) / dilation, 0, window.kernel[axis]);
}

/// ONNX AveragePool-22 (and 7 to 19) over one to three spatial dimensions.
class AveragePool : public Operator {
 public:
  std::string_view op_type() const override { return "AveragePool"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    return {output_of(data.type, pooled_shape(data, window_of(context.node, data, {})))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    for_floating(info.type, [&]<typename T>() { run<T>(node, *inputs[0], out); });
    return {std::move(out)};
  }

 private:
  template <typename T>
  static void run(const Node& node, const Tensor& data, Tensor& out) {
    if (out.count() == 0) return;
    const Window window = widened(window_of(node, {"", data.type(), data.shape(), {}}, {}), 3);
    const bool padding_counts = node.int_attribute("count_include_pad", 0) != 0;
    const std::int64_t volume = window.in[0] * window.in[1] * window.in[2];
    T* result = out.data<T>().data();
    for (std::int64_t image = 0; image < data.dim(0) * data.dim(1); ++image) {
      const T* in = data.data<T>().data() + image * volume;
      for_outputs(window, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        double sum = 0;
        std::int64_t count = 0;
        for_taps(window, z, y, x, [&](std::int64_t at) {
          sum += in[at];
          ++count;
        });
        if (padding_counts) {
          count = padded_taps(window, 0, z) * padded_taps(window, 1, y) * padded_taps(window, 2, x);
        }
        *result++ = static_cast<T>(count == 0 ? 0.0 : sum / static_cast<double>(count));
      });
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_average_pool() { return std::make_unique<AveragePool>(); }

}  // namespace paretune::model
