// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"
#include "model/ops/window.h"

namespace paretune::model {
namespace {

/// ONNX MaxPool-12 over two spatial dimensions, with the optional output of indices; padding never
/// wins.
class MaxPool : public Operator {
 public:
  std::string_view op_type() const override { return "MaxPool"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    for_arithmetic(data.type, []<typename T>() {});
    const Window window = window_of(context.node, data, {});
    const Shape shape = {data.shape[0], data.shape[1], window.out[0], window.out[1]};
    return {output_of(data.type, shape), output_of(ElementType::i64, shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto infos = infer_from(*this, node, opset, inputs);
    Tensor out(infos[0].type, infos[0].shape);
    Tensor indices(ElementType::i64, infos[0].shape);
    for_arithmetic(out.type(), [&]<typename T>() { run<T>(node, *inputs[0], out, indices); });
    return {std::move(out), std::move(indices)};
  }

 private:
  template <typename T>
  static void run(const Node& node, const Tensor& data, Tensor& out, Tensor& indices) {
    const Window window = window_of(node, {"", data.type(), data.shape(), {}}, {});
    const bool column_major = node.int_attribute("storage_order", 0) != 0;
    const std::int64_t plane = window.in[0] * window.in[1];
    std::size_t at = 0;
    for (std::int64_t image = 0; image < data.dim(0) * data.dim(1); ++image) {
      const T* in = data.data<T>().data() + image * plane;
      for (std::int64_t y = 0; y < window.out[0]; ++y) {
        for (std::int64_t x = 0; x < window.out[1]; ++x, ++at) {
          const std::int64_t best = find(window, in, y, x);
          constexpr T lowest = std::numeric_limits<T>::has_infinity
                                   ? -std::numeric_limits<T>::infinity()
                                   : std::numeric_limits<T>::lowest();
          out.data<T>()[at] = best < 0 ? lowest : in[best];
          // A plane may be empty when the window fits into the padding alone.
          const std::int64_t width = std::max<std::int64_t>(window.in[1], 1);
          const std::int64_t row = best / width, column = best % width;
          indices.data<std::int64_t>()[at] =
              image * plane + (column_major ? column * window.in[0] + row : best);
        }
      }
    }
  }

  /// Offset of the largest element of a window in its plane, the first of equals; -1 when the
  /// window holds padding only.
  template <typename T>
  static std::int64_t find(const Window& window, const T* in, std::int64_t y, std::int64_t x) {
    std::int64_t best = -1;
    for (std::int64_t r = 0; r < window.kernel[0]; ++r) {
      const std::int64_t row = y * window.stride[0] + r * window.dilation[0] - window.pad_begin[0];
      if (row < 0 || row >= window.in[0]) continue;
      for (std::int64_t s = 0; s < window.kernel[1]; ++s) {
        const std::int64_t col =
            x * window.stride[1] + s * window.dilation[1] - window.pad_begin[1];
        if (col < 0 || col >= window.in[1]) continue;
        const std::int64_t here = row * window.in[1] + col;
        if (best < 0 || in[here] > in[best]) best = here;
      }
    }
    return best;
  }
};

}  // namespace

std::unique_ptr<Operator> make_max_pool() { return std::make_unique<MaxPool>(); }

}  // namespace paretune::model
