// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include "model/ops/dispatch.h"
#include "model/ops/operator.h"
#include "model/ops/rules.h"

namespace paretune::model {

/// The common shape of two shapes (ONNX Broadcasting.md, as numpy): aligned at the last dimension,
/// 1 stretches. Free dimensions stay free unless the other one fixes them. Throws InvalidModel.
Shape broadcast(const Shape& a, const Shape& b);

/// For each element of `shape` in row-major order the offset of the element of `from` it reads;
/// `from` must broadcast to `shape`.
std::vector<std::size_t> broadcast_offsets(const Shape& from, const Shape& shape);

/// Base of Add, Sub, Mul, Div: shape rule and iteration; `Function` supplies
/// `template <T> static T apply(T, T)`.
template <typename Function>
class Elementwise : public Operator {
 public:
  std::string_view op_type() const override { return Function::op_type; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& a = required(context, 0);
    const auto& b = required(context, 1);
    require_same_type(a, b);
    require_arithmetic(a);
    return {output_of(a.type, broadcast(a.shape, b.shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const auto at_a = broadcast_offsets(inputs[0]->shape(), info.shape);
    const auto at_b = broadcast_offsets(inputs[1]->shape(), info.shape);
    for_arithmetic(info.type, [&]<typename T>() {
      const auto a = inputs[0]->data<T>();
      const auto b = inputs[1]->data<T>();
      const auto result = out.template data<T>();
      for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = Function::template apply<T>(a[at_a[i]], b[at_b[i]]);
      }
    });
    return {std::move(out)};
  }
};

/// The type integers are computed in so that overflow wraps instead of being undefined: unsigned,
/// and at least 32 bits so that no promotion to int sneaks in. Floating types stay themselves.
template <typename T>
struct Wrapping {
  using type = std::conditional_t<(sizeof(T) > 4), std::uint64_t, std::uint32_t>;
};
template <>
struct Wrapping<float> {
  using type = float;
};
template <>
struct Wrapping<double> {
  using type = double;
};

}  // namespace paretune::model
