// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"
#include "model/ops/window.h"

namespace paretune::model {
namespace {

/// ONNX LpPool-22 (and 2, 11, 18) over one to three spatial dimensions; padding adds nothing.
class LpPool : public Operator {
 public:
  std::string_view op_type() const override { return "LpPool"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    if (context.node.int_attribute("p", 2) < 1) {
      throw InvalidModel("attribute 'p' must be 1 or more");
    }
    return {output_of(data.type, pooled_shape(data, window_of(context.node, data, {})))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    if (out.count() == 0) return {std::move(out)};
    const Tensor& data = *inputs[0];
    const Window window = widened(window_of(node, {"", data.type(), data.shape(), {}}, {}), 3);
    const std::int64_t volume = window.in[0] * window.in[1] * window.in[2];
    const auto p = static_cast<double>(node.int_attribute("p", 2));
    for_floating(info.type, [&]<typename T>() {
      T* result = out.data<T>().data();
      for (std::int64_t image = 0; image < data.dim(0) * data.dim(1); ++image) {
        const T* in = data.data<T>().data() + image * volume;
        for_outputs(window, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
          double sum = 0;
          for_taps(window, z, y, x, [&](std::int64_t at) {
            sum += std::pow(std::abs(static_cast<double>(in[at])), p);
          });
          *result++ = static_cast<T>(std::pow(sum, 1 / p));
        });
      }
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_lp_pool() { return std::make_unique<LpPool>(); }

}  // namespace paretune::model
