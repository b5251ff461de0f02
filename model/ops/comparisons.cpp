// SPDX-License-Identifier: Apache-2.0
#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Equal-19 (and 7, 11, 13). NaN equals nothing.
struct EqualFunction {
  static constexpr std::string_view op_type = "Equal";
  struct Types {
    static void require(const ValueInfo& value) {
      if (value.type != ElementType::boolean) require_arithmetic(value);
    }
    template <typename Body>
    static void dispatch(ElementType type, Body&& body) {
      if (type == ElementType::boolean) return body.template operator()<bool>();
      for_arithmetic(type, body);
    }
  };
  template <typename T>
  bool operator()(T a, T b) const {
    return a == b;
  }
};

/// ONNX Greater-13 (and 7, 9).
struct GreaterFunction {
  static constexpr std::string_view op_type = "Greater";
  using Types = Arithmetic;
  template <typename T>
  bool operator()(T a, T b) const {
    return a > b;
  }
};

/// ONNX GreaterOrEqual-16 (and 12).
struct GreaterOrEqualFunction {
  static constexpr std::string_view op_type = "GreaterOrEqual";
  using Types = Arithmetic;
  template <typename T>
  bool operator()(T a, T b) const {
    return a >= b;
  }
};

/// ONNX Less-13 (and 7, 9).
struct LessFunction {
  static constexpr std::string_view op_type = "Less";
  using Types = Arithmetic;
  template <typename T>
  bool operator()(T a, T b) const {
    return a < b;
  }
};

/// ONNX LessOrEqual-16 (and 12).
struct LessOrEqualFunction {
  static constexpr std::string_view op_type = "LessOrEqual";
  using Types = Arithmetic;
  template <typename T>
  bool operator()(T a, T b) const {
    return a <= b;
  }
};

}  // namespace

void append_comparisons(std::vector<std::unique_ptr<Operator>>& all) {
  all.push_back(std::make_unique<Elementwise<EqualFunction>>());
  all.push_back(std::make_unique<Elementwise<GreaterFunction>>());
  all.push_back(std::make_unique<Elementwise<GreaterOrEqualFunction>>());
  all.push_back(std::make_unique<Elementwise<LessFunction>>());
  all.push_back(std::make_unique<Elementwise<LessOrEqualFunction>>());
}

}  // namespace paretune::model
