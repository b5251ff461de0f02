// SPDX-License-Identifier: Apache-2.0
#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Add-14 (and 7, 13): elementwise with broadcasting; integers wrap.
struct AddFunction {
  static constexpr std::string_view op_type = "Add";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T a, T b) const {
    return static_cast<T>(WrappingType<T>(a) + WrappingType<T>(b));
  }
};

}  // namespace

std::unique_ptr<Operator> make_add() { return std::make_unique<Elementwise<AddFunction>>(); }

}  // namespace paretune::model
