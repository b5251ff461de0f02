// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <type_traits>

#include "model/ops/broadcasting.h"
#include "model/ops/dispatch.h"
#include "model/ops/operator.h"
#include "model/ops/rules.h"

namespace paretune::model {

/// Element types an elementwise function takes: a check for the rule, C++ types for the reference.
struct Arithmetic {
  static void require(const ValueInfo& value) { require_arithmetic(value); }
  template <typename Body>
  static void dispatch(ElementType type, Body&& body) {
    for_arithmetic(type, body);
  }
};
struct Floating {
  static void require(const ValueInfo& value) { require_floating(value); }
  template <typename Body>
  static void dispatch(ElementType type, Body&& body) {
    for_floating(type, body);
  }
};
struct Integers {
  static void require(const ValueInfo& value) {
    dispatch(value.type, []<typename T>() {});
  }
  template <typename Body>
  static void dispatch(ElementType type, Body&& body) {
    for_integers(type, body);
  }
};
struct Booleans {
  static void require(const ValueInfo& value) {
    dispatch(value.type, []<typename T>() {});
  }
  template <typename Body>
  static void dispatch(ElementType type, Body&& body) {
    if (type != ElementType::boolean) {
      throw UnsupportedModel(fmt::format("element type {} is not bool", to_text(type)));
    }
    body.template operator()<bool>();
  }
};

/// A function of one or two elements, made from the node when it has attributes.
template <typename Function>
Function function_of(const Node& node) {
  if constexpr (std::is_constructible_v<Function, const Node&>) {
    return Function(node);
  } else {
    return Function{};
  }
}

/// out = function(a, b) with both broadcast to the shape of `out`.
template <typename T, typename Function>
void combine(const Tensor& a, const Tensor& b, Tensor& out, const Function& function) {
  using Result = std::invoke_result_t<const Function&, T, T>;
  const T* left = a.data<T>().data();
  const T* right = b.data<T>().data();
  Result* result = out.data<Result>().data();
  const std::array<Shape, 2> shapes = {a.shape(), b.shape()};
  for (BroadcastWalk walk(shapes, out.shape()); !walk.done(); walk.next()) {
    const T* x = left + walk.offset(0);
    const T* y = right + walk.offset(1);
    const std::size_t dx = walk.step(0), dy = walk.step(1);
    for (std::size_t i = 0; i < walk.length(); ++i) *result++ = function(x[i * dx], y[i * dy]);
  }
}

/// Base of operators on two tensors of one type, with broadcasting. `Function` supplies op_type,
/// Types (one of the above) and `T operator()(T, T) const` or `bool operator()(T, T) const`.
template <typename Function>
class Elementwise : public Operator {
 public:
  std::string_view op_type() const override { return Function::op_type; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& a = required(context, 0);
    const auto& b = required(context, 1);
    require_same_type(a, b);
    Function::Types::require(a);
    function_of<Function>(context.node);
    constexpr bool compares = std::is_same_v<std::invoke_result_t<Function, int, int>, bool>;
    return {output_of(compares ? ElementType::boolean : a.type, broadcast(a.shape, b.shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const auto function = function_of<Function>(node);
    Function::Types::dispatch(inputs[0]->type(), [&]<typename T>() {
      combine<T>(*inputs[0], *inputs[1], out, function);
    });
    return {std::move(out)};
  }
};

/// Base of operators on one tensor. `Function` supplies op_type, Types and `T operator()(T) const`;
/// functions of floating numbers may take and return double instead, rounded once at the end.
template <typename Function>
class Unary : public Operator {
 public:
  std::string_view op_type() const override { return Function::op_type; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    Function::Types::require(data);
    function_of<Function>(context.node);
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const auto function = function_of<Function>(node);
    Function::Types::dispatch(info.type, [&]<typename T>() {
      const auto data = inputs[0]->data<T>();
      const auto result = out.data<T>();
      for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = static_cast<T>(function(data[i]));
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
template <typename T>
using WrappingType = typename Wrapping<T>::type;

}  // namespace paretune::model
