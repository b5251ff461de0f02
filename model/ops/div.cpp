// SPDX-License-Identifier: Apache-2.0
#include "model/ops/broadcasting.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Div-14 (and 7, 13): elementwise with broadcasting; integers truncate towards zero.
struct DivFunction {
  static constexpr std::string_view op_type = "Div";
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) throw InvalidModel("an integer is divided by zero");
      // The smallest integer divided by -1 overflows; negating it as unsigned wraps instead.
      if (b == static_cast<T>(-1) && std::is_signed_v<T>) {
        return static_cast<T>(0 - static_cast<typename Wrapping<T>::type>(a));
      }
    }
    return static_cast<T>(a / b);
  }
};

}  // namespace

std::unique_ptr<Operator> make_div() { return std::make_unique<Elementwise<DivFunction>>(); }

}  // namespace paretune::model
