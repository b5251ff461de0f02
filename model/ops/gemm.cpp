// SPDX-License-Identifier: Apache-2.0
#include "model/ops/broadcasting.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Gemm-13 (and 7 to 11): alpha * A' * B' + beta * C, C broadcasting to [m,n].
class Gemm : public Operator {
 public:
  std::string_view op_type() const override { return "Gemm"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& a = required(context, 0);
    const auto& b = required(context, 1);
    require_floating(a);
    require_same_type(a, b);
    require_rank(a, 2);
    require_rank(b, 2);
    const bool trans_a = context.node.int_attribute("transA", 0) != 0;
    const bool trans_b = context.node.int_attribute("transB", 0) != 0;
    require_dim(b, trans_b ? 1 : 0, a.shape[trans_a ? 0 : 1], "the inner dimension");
    const Shape shape = {a.shape[trans_a ? 1 : 0], b.shape[trans_b ? 0 : 1]};
    if (const auto* c = optional(context, 2)) {
      require_same_type(a, *c);
      if (broadcast(c->shape, shape).size() != 2 ||
          (shape[0] >= 0 && shape[1] >= 0 && broadcast(c->shape, shape) != shape)) {
        throw InvalidModel(fmt::format("C of shape {} does not broadcast to {}", to_text(c->shape),
                                       to_text(shape)));
      }
    }
    return {output_of(a.type, shape)};
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
    const bool trans_a = node.int_attribute("transA", 0) != 0;
    const bool trans_b = node.int_attribute("transB", 0) != 0;
    const double alpha = node.float_attribute("alpha", 1), beta = node.float_attribute("beta", 1);
    const auto m = static_cast<std::size_t>(out.dim(0)), n = static_cast<std::size_t>(out.dim(1));
    const auto inner = static_cast<std::size_t>(inputs[0]->dim(trans_a ? 0 : 1));
    const auto a = inputs[0]->data<T>();
    const auto b = inputs[1]->data<T>();
    const Tensor* c = inputs.size() > 2 ? inputs[2] : nullptr;
    std::vector<std::size_t> at_c;
    if (c != nullptr) at_c = broadcast_offsets(c->shape(), out.shape());
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t l = 0; l < inner; ++l) {
          sum += static_cast<double>(a[trans_a ? l * m + i : i * inner + l]) *
                 b[trans_b ? j * inner + l : l * n + j];
        }
        const double bias = c == nullptr ? 0.0 : beta * c->data<T>()[at_c[i * n + j]];
        out.data<T>()[i * n + j] = static_cast<T>(alpha * sum + bias);
      }
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_gemm() { return std::make_unique<Gemm>(); }

}  // namespace paretune::model
