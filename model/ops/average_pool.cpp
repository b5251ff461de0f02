// SPDX-License-Identifier: Apache-2.0
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"
#include "model/ops/window.h"

namespace paretune::model {
namespace {

/// ONNX AveragePool-22 (and 7 to 19) over two spatial dimensions.
class AveragePool : public Operator {
 public:
  std::string_view op_type() const override { return "AveragePool"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    const Window window = window_of(context.node, data, {});
    return {output_of(data.type, {data.shape[0], data.shape[1], window.out[0], window.out[1]})};
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
    const Window window = window_of(node, {"", data.type(), data.shape(), {}}, {});
    const bool padding_counts = node.int_attribute("count_include_pad", 0) != 0;
    std::size_t at = 0;
    for (std::int64_t image = 0; image < data.dim(0) * data.dim(1); ++image) {
      const T* in = data.data<T>().data() + image * window.in[0] * window.in[1];
      for (std::int64_t y = 0; y < window.out[0]; ++y) {
        for (std::int64_t x = 0; x < window.out[1]; ++x, ++at) {
          out.data<T>()[at] = static_cast<T>(mean(window, in, y, x, padding_counts));
        }
      }
    }
  }

  template <typename T>
  static double mean(const Window& window, const T* in, std::int64_t y, std::int64_t x,
                     bool padding_counts) {
    double sum = 0;
    std::int64_t inside = 0, padded = 0;
    for (std::int64_t r = 0; r < window.kernel[0]; ++r) {
      const std::int64_t row = y * window.stride[0] + r * window.dilation[0] - window.pad_begin[0];
      for (std::int64_t s = 0; s < window.kernel[1]; ++s) {
        const std::int64_t col =
            x * window.stride[1] + s * window.dilation[1] - window.pad_begin[1];
        // With ceil_mode a window may reach past the padding; such cells never count.
        padded += row < window.in[0] + window.pad_end[0] && col < window.in[1] + window.pad_end[1];
        if (row < 0 || row >= window.in[0] || col < 0 || col >= window.in[1]) continue;
        sum += in[row * window.in[1] + col];
        ++inside;
      }
    }
    const std::int64_t count = padding_counts ? padded : inside;
    return count == 0 ? 0.0 : sum / static_cast<double>(count);
  }
};

}  // namespace

std::unique_ptr<Operator> make_average_pool() { return std::make_unique<AveragePool>(); }

}  // namespace paretune::model
