// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Acos-22 (and 7).
struct AcosFunction {
  static constexpr std::string_view op_type = "Acos";
  using Types = Floating;
  double operator()(double x) const { return std::acos(x); }
};

/// ONNX Acosh-22 (and 9).
struct AcoshFunction {
  static constexpr std::string_view op_type = "Acosh";
  using Types = Floating;
  double operator()(double x) const { return std::acosh(x); }
};

/// ONNX Asin-22 (and 7).
struct AsinFunction {
  static constexpr std::string_view op_type = "Asin";
  using Types = Floating;
  double operator()(double x) const { return std::asin(x); }
};

/// ONNX Asinh-22 (and 9).
struct AsinhFunction {
  static constexpr std::string_view op_type = "Asinh";
  using Types = Floating;
  double operator()(double x) const { return std::asinh(x); }
};

/// ONNX Atan-22 (and 7).
struct AtanFunction {
  static constexpr std::string_view op_type = "Atan";
  using Types = Floating;
  double operator()(double x) const { return std::atan(x); }
};

/// ONNX Atanh-22 (and 9).
struct AtanhFunction {
  static constexpr std::string_view op_type = "Atanh";
  using Types = Floating;
  double operator()(double x) const { return std::atanh(x); }
};

/// ONNX Ceil-13 (and 6).
struct CeilFunction {
  static constexpr std::string_view op_type = "Ceil";
  using Types = Floating;
  double operator()(double x) const { return std::ceil(x); }
};

/// ONNX Cos-22 (and 7).
struct CosFunction {
  static constexpr std::string_view op_type = "Cos";
  using Types = Floating;
  double operator()(double x) const { return std::cos(x); }
};

/// ONNX Cosh-22 (and 9).
struct CoshFunction {
  static constexpr std::string_view op_type = "Cosh";
  using Types = Floating;
  double operator()(double x) const { return std::cosh(x); }
};

/// ONNX Erf-13 (and 9).
struct ErfFunction {
  static constexpr std::string_view op_type = "Erf";
  using Types = Floating;
  double operator()(double x) const { return std::erf(x); }
};

/// ONNX Exp-13 (and 6).
struct ExpFunction {
  static constexpr std::string_view op_type = "Exp";
  using Types = Floating;
  double operator()(double x) const { return std::exp(x); }
};

/// ONNX Floor-13 (and 6).
struct FloorFunction {
  static constexpr std::string_view op_type = "Floor";
  using Types = Floating;
  double operator()(double x) const { return std::floor(x); }
};

/// ONNX Log-13 (and 6).
struct LogFunction {
  static constexpr std::string_view op_type = "Log";
  using Types = Floating;
  double operator()(double x) const { return std::log(x); }
};

/// ONNX Reciprocal-13 (and 6).
struct ReciprocalFunction {
  static constexpr std::string_view op_type = "Reciprocal";
  using Types = Floating;
  double operator()(double x) const { return 1 / x; }
};

/// ONNX Round-22 (and 11): halves to even.
struct RoundFunction {
  static constexpr std::string_view op_type = "Round";
  using Types = Floating;
  double operator()(double x) const { return std::nearbyint(x); }
};

/// ONNX Sin-22 (and 7).
struct SinFunction {
  static constexpr std::string_view op_type = "Sin";
  using Types = Floating;
  double operator()(double x) const { return std::sin(x); }
};

/// ONNX Sinh-22 (and 9).
struct SinhFunction {
  static constexpr std::string_view op_type = "Sinh";
  using Types = Floating;
  double operator()(double x) const { return std::sinh(x); }
};

/// ONNX Sqrt-13 (and 6).
struct SqrtFunction {
  static constexpr std::string_view op_type = "Sqrt";
  using Types = Floating;
  double operator()(double x) const { return std::sqrt(x); }
};

/// ONNX Tan-22 (and 7).
struct TanFunction {
  static constexpr std::string_view op_type = "Tan";
  using Types = Floating;
  double operator()(double x) const { return std::tan(x); }
};

/// ONNX Tanh-13 (and 6).
struct TanhFunction {
  static constexpr std::string_view op_type = "Tanh";
  using Types = Floating;
  double operator()(double x) const { return std::tanh(x); }
};

/// ONNX Abs-13 (and 6); the smallest integer, which has no opposite, stays.
struct AbsFunction {
  static constexpr std::string_view op_type = "Abs";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fabs(x);
    } else {
      return x < T{0} ? static_cast<T>(0 - static_cast<WrappingType<T>>(x)) : x;
    }
  }
};

/// ONNX Neg-13 (and 6); the smallest integer stays.
struct NegFunction {
  static constexpr std::string_view op_type = "Neg";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return -x;
    } else {
      return static_cast<T>(0 - static_cast<WrappingType<T>>(x));
    }
  }
};

/// ONNX Sign-13 (and 9): -1, 0 or 1; NaN stays NaN.
struct SignFunction {
  static constexpr std::string_view op_type = "Sign";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T x) const {
    if (x < T{0}) return static_cast<T>(-1);
    return x > T{0} ? T{1} : x;
  }
};

}  // namespace

void append_functions(std::vector<std::unique_ptr<Operator>>& all) {
  all.push_back(std::make_unique<Unary<AbsFunction>>());
  all.push_back(std::make_unique<Unary<AcosFunction>>());
  all.push_back(std::make_unique<Unary<AcoshFunction>>());
  all.push_back(std::make_unique<Unary<AsinFunction>>());
  all.push_back(std::make_unique<Unary<AsinhFunction>>());
  all.push_back(std::make_unique<Unary<AtanFunction>>());
  all.push_back(std::make_unique<Unary<AtanhFunction>>());
  all.push_back(std::make_unique<Unary<CeilFunction>>());
  all.push_back(std::make_unique<Unary<CosFunction>>());
  all.push_back(std::make_unique<Unary<CoshFunction>>());
  all.push_back(std::make_unique<Unary<ErfFunction>>());
  all.push_back(std::make_unique<Unary<ExpFunction>>());
  all.push_back(std::make_unique<Unary<FloorFunction>>());
  all.push_back(std::make_unique<Unary<LogFunction>>());
  all.push_back(std::make_unique<Unary<NegFunction>>());
  all.push_back(std::make_unique<Unary<ReciprocalFunction>>());
  all.push_back(std::make_unique<Unary<RoundFunction>>());
  all.push_back(std::make_unique<Unary<SignFunction>>());
  all.push_back(std::make_unique<Unary<SinFunction>>());
  all.push_back(std::make_unique<Unary<SinhFunction>>());
  all.push_back(std::make_unique<Unary<SqrtFunction>>());
  all.push_back(std::make_unique<Unary<TanFunction>>());
  all.push_back(std::make_unique<Unary<TanhFunction>>());
}

}  // namespace paretune::model
