// SPDX-License-Identifier: Apache-2.0
#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Div-14 (and 7, 13): elementwise with broadcasting; integers truncate towards zero.
struct DivFunction {
  static constexpr std::string_view op_type = "Div";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) throw InvalidModel("an integer is divided by zero");
      // The smallest integer divided by -1 overflows; negating it as unsigned wraps instead.
      if (b == static_cast<T>(-1) && std::is_signed_v<T>) {
        return static_cast<T>(0 - static_cast<WrappingType<T>>(a));
      }
    }
    return static_cast<T>(a / b);
  }
};

/// ONNX Mod-28 (and 10, 13): the remainder with the sign of the divisor, as Python's %, or with
/// that of the dividend, as C's fmod, when attribute `fmod` is set.
struct ModFunction {
  static constexpr std::string_view op_type = "Mod";
  using Types = Arithmetic;
  bool as_in_c;

  explicit ModFunction(const Node& node) : as_in_c(node.int_attribute("fmod", 0) != 0) {}

  template <typename T>
  T operator()(T a, T b) const {
    T rest{};
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) throw InvalidModel("an integer is divided by zero");
      rest = std::is_signed_v<T> && b == static_cast<T>(-1) ? T{0} : static_cast<T>(a % b);
    } else {
      rest = std::fmod(a, b);
    }
    const bool unlike = rest != T{0} && (rest < T{0}) != (b < T{0});
    return unlike && !as_in_c ? static_cast<T>(rest + b) : rest;
  }
};

}  // namespace

std::unique_ptr<Operator> make_div() { return std::make_unique<Elementwise<DivFunction>>(); }
std::unique_ptr<Operator> make_mod() { return std::make_unique<Elementwise<ModFunction>>(); }

}  // namespace paretune::model
