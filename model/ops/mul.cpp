// SPDX-License-Identifier: Apache-2.0
#include "model/ops/broadcasting.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Mul-14 (and 7, 13): elementwise with broadcasting; integers wrap.
struct MulFunction {
  static constexpr std::string_view op_type = "Mul";
  template <typename T>
  static T apply(T a, T b) {
    using W = typename Wrapping<T>::type;
    return static_cast<T>(static_cast<W>(a) * static_cast<W>(b));
  }
};

}  // namespace

std::unique_ptr<Operator> make_mul() { return std::make_unique<Elementwise<MulFunction>>(); }

}  // namespace paretune::model
