// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"
#include "model/ops/window.h"

namespace paretune::model {
namespace {

/// Offset of an element of a plane when the first spatial axis varies fastest (storage_order 1).
std::int64_t column_major(const Window& window, std::int64_t at) {
  const std::int64_t x = at % window.in[2], y = at / window.in[2] % window.in[1],
                     z = at / window.in[2] / window.in[1];
  return (x * window.in[1] + y) * window.in[0] + z;
}

/// ONNX MaxPool-22 (and 8 to 12) over one to three spatial dimensions, with the optional output of
/// indices; padding never wins.
class MaxPool : public Operator {
 public:
  std::string_view op_type() const override { return "MaxPool"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_arithmetic(data);
    const Shape shape = pooled_shape(data, window_of(context.node, data, {}));
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
    if (out.count() == 0) return;
    const Window window = widened(window_of(node, {"", data.type(), data.shape(), {}}, {}), 3);
    const bool transposed = node.int_attribute("storage_order", 0) != 0;
    constexpr T lowest = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                              : std::numeric_limits<T>::lowest();
    const std::int64_t volume = window.in[0] * window.in[1] * window.in[2];
    T* result = out.data<T>().data();
    std::int64_t* index = indices.data<std::int64_t>().data();
    for (std::int64_t image = 0; image < data.dim(0) * data.dim(1); ++image) {
      const T* in = data.data<T>().data() + image * volume;
      for_outputs(window, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        // The first of equals; -1 when the window holds padding only.
        std::int64_t best = -1;
        for_taps(window, z, y, x, [&](std::int64_t at) {
          if (best < 0 || in[at] > in[best]) best = at;
        });
        *result++ = best < 0 ? lowest : in[best];
        *index++ = image * volume + (transposed && best >= 0 ? column_major(window, best) : best);
      });
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_max_pool() { return std::make_unique<MaxPool>(); }

}  // namespace paretune::model
