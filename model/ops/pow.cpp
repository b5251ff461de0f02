// SPDX-License-Identifier: Apache-2.0
#include "model/convert.h"
#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// Squares and cubes are what networks ask for, and far cheaper than pow.
double power(double base, double exponent) {
  if (exponent == 2) return base * base;
  if (exponent == 3) return base * base * base;
  return std::pow(base, exponent);
}

/// Whole numbers wrap; a negative exponent leaves 1, -1 or 0 (1/x truncated).
template <typename T>
T whole_power(T base, std::int64_t exponent) {
  if (exponent < 0) {
    if (base == T{0}) throw InvalidModel("zero is raised to a negative power");
    if (base == T{1}) return 1;
    if (base == static_cast<T>(-1)) return static_cast<T>(exponent % 2 == 0 ? 1 : -1);
    return 0;
  }
  WrappingType<T> result = 1, square = static_cast<WrappingType<T>>(base);
  for (; exponent > 0; exponent /= 2, square *= square) {
    if (exponent % 2 != 0) result *= square;
  }
  return static_cast<T>(result);
}

/// ONNX Pow-15 (and 7, 12, 13): the exponent may have another type; the result has the base's.
class Pow : public Operator {
 public:
  std::string_view op_type() const override { return "Pow"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& base = required(context, 0);
    const auto& exponent = required(context, 1);
    require_arithmetic(base);
    require_arithmetic(exponent);
    return {output_of(base.type, broadcast(base.shape, exponent.shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const bool fraction = inputs[1]->type() == ElementType::f32 ||  //
                          inputs[1]->type() == ElementType::f64;
    const Tensor exponents = converted(*inputs[1], fraction ? ElementType::f64 : ElementType::i64);
    for_arithmetic(info.type, [&]<typename T>() {
      if (fraction) {
        run<T, double>(*inputs[0], exponents, out);
      } else {
        run<T, std::int64_t>(*inputs[0], exponents, out);
      }
    });
    return {std::move(out)};
  }

 private:
  template <typename T, typename Exponent>
  static void run(const Tensor& bases, const Tensor& exponents, Tensor& out) {
    T* result = out.data<T>().data();
    const std::array<Shape, 2> shapes = {bases.shape(), exponents.shape()};
    for (BroadcastWalk walk(shapes, out.shape()); !walk.done(); walk.next()) {
      for (std::size_t i = 0; i < walk.length(); ++i) {
        const T base = bases.data<T>()[walk.offset(0) + i * walk.step(0)];
        const auto exponent = exponents.data<Exponent>()[walk.offset(1) + i * walk.step(1)];
        if constexpr (std::is_integral_v<T> && std::is_integral_v<Exponent>) {
          *result++ = whole_power(base, exponent);
        } else {
          *result++ =
              static_cast<T>(power(static_cast<double>(base), static_cast<double>(exponent)));
        }
      }
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_pow() { return std::make_unique<Pow>(); }

}  // namespace paretune::model
