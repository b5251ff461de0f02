// SPDX-License-Identifier: Apache-2.0
#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Sub-14 (and 7, 13): elementwise with broadcasting; integers wrap.
struct SubFunction {
  static constexpr std::string_view op_type = "Sub";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T a, T b) const {
    return static_cast<T>(WrappingType<T>(a) - WrappingType<T>(b));
  }
};

}  // namespace

std::unique_ptr<Operator> make_sub() { return std::make_unique<Elementwise<SubFunction>>(); }

}  // namespace paretune::model
