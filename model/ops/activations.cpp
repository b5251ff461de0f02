// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>

#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Relu-14 (and 6, 13): max(0, x); NaN stays NaN.
struct ReluFunction {
  static constexpr std::string_view op_type = "Relu";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T x) const {
    return x < T{0} ? T{0} : x;
  }
};

/// ONNX PRelu-16 (and 7, 9): x, or slope * x below zero.
struct PReluFunction {
  static constexpr std::string_view op_type = "PRelu";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T x, T slope) const {
    return x < T{0} ? static_cast<T>(WrappingType<T>(x) * WrappingType<T>(slope)) : x;
  }
};

/// ONNX LeakyRelu-16 (and 6): x, or alpha * x below zero.
struct LeakyReluFunction {
  static constexpr std::string_view op_type = "LeakyRelu";
  using Types = Floating;
  double alpha;
  explicit LeakyReluFunction(const Node& node) : alpha(node.float_attribute("alpha", 0.01F)) {}
  double operator()(double x) const { return x < 0 ? alpha * x : x; }
};

/// ONNX ThresholdedRelu-22 (and 10): x above alpha, else 0.
struct ThresholdedReluFunction {
  static constexpr std::string_view op_type = "ThresholdedRelu";
  using Types = Floating;
  double alpha;
  explicit ThresholdedReluFunction(const Node& node) : alpha(node.float_attribute("alpha", 1)) {}
  double operator()(double x) const { return x > alpha ? x : 0; }
};

/// ONNX Elu-22 (and 6): x, or alpha * (e^x - 1) below zero.
struct EluFunction {
  static constexpr std::string_view op_type = "Elu";
  using Types = Floating;
  double alpha;
  explicit EluFunction(const Node& node) : alpha(node.float_attribute("alpha", 1)) {}
  double operator()(double x) const { return x < 0 ? alpha * std::expm1(x) : x; }
};

/// ONNX Celu-28 (and 12): max(0, x) + min(0, alpha * (e^(x / alpha) - 1)).
struct CeluFunction {
  static constexpr std::string_view op_type = "Celu";
  using Types = Floating;
  double alpha;
  explicit CeluFunction(const Node& node) : alpha(node.float_attribute("alpha", 1)) {}
  double operator()(double x) const {
    return std::max(x, 0.0) + std::min(0.0, alpha * std::expm1(x / alpha));
  }
};

/// ONNX Selu-22 (and 6): gamma * x, or gamma * alpha * (e^x - 1) up to zero.
struct SeluFunction {
  static constexpr std::string_view op_type = "Selu";
  using Types = Floating;
  double alpha, gamma;
  explicit SeluFunction(const Node& node)
      : alpha(node.float_attribute("alpha", 1.67326319217681884765625F)),
        gamma(node.float_attribute("gamma", 1.05070102214813232421875F)) {}
  double operator()(double x) const { return gamma * (x > 0 ? x : alpha * std::expm1(x)); }
};

double sigmoid(double x) {
  const double small = std::exp(-std::fabs(x));
  return (x < 0 ? small : 1.0) / (1 + small);
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

/// ONNX Sigmoid-13 (and 6): 1 / (1 + e^-x).
struct SigmoidFunction {
  static constexpr std::string_view op_type = "Sigmoid";
  using Types = Floating;
  double operator()(double x) const { return sigmoid(x); }
};

/// ONNX Swish-24: x * sigmoid(alpha * x).
struct SwishFunction {
  static constexpr std::string_view op_type = "Swish";
  using Types = Floating;
  double alpha;
  explicit SwishFunction(const Node& node) : alpha(node.float_attribute("alpha", 1)) {}
  double operator()(double x) const { return x * sigmoid(alpha * x); }
};

/// ONNX HardSigmoid-22 (and 6): alpha * x + beta, held in [0, 1].
struct HardSigmoidFunction {
  static constexpr std::string_view op_type = "HardSigmoid";
  using Types = Floating;
  double alpha, beta;
  explicit HardSigmoidFunction(const Node& node)
      : alpha(node.float_attribute("alpha", 0.2F)), beta(node.float_attribute("beta", 0.5F)) {}
  double operator()(double x) const { return std::clamp(alpha * x + beta, 0.0, 1.0); }
};

/// ONNX HardSwish-22 (and 14): x * HardSigmoid(x) with alpha 1/6 and beta 0.5.
struct HardSwishFunction {
  static constexpr std::string_view op_type = "HardSwish";
  using Types = Floating;
  double operator()(double x) const { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }
};

/// ONNX Softplus-22 (and 1): ln(e^x + 1).
struct SoftplusFunction {
  static constexpr std::string_view op_type = "Softplus";
  using Types = Floating;
  double operator()(double x) const { return softplus(x); }
};

/// ONNX Softsign-22 (and 1): x / (1 + |x|).
struct SoftsignFunction {
  static constexpr std::string_view op_type = "Softsign";
  using Types = Floating;
  double operator()(double x) const { return x / (1 + std::fabs(x)); }
};

/// ONNX Mish-22 (and 18): x * tanh(softplus(x)).
struct MishFunction {
  static constexpr std::string_view op_type = "Mish";
  using Types = Floating;
  double operator()(double x) const { return x * std::tanh(softplus(x)); }
};

/// ONNX Gelu-20: x times the normal distribution's Phi(x), or its approximation by tanh.
struct GeluFunction {
  static constexpr std::string_view op_type = "Gelu";
  using Types = Floating;
  bool by_tanh;
  explicit GeluFunction(const Node& node)
      : by_tanh(node.string_attribute("approximate", "none") == "tanh") {
    if (!by_tanh && node.string_attribute("approximate", "none") != "none") {
      throw InvalidModel("attribute 'approximate' must be none or tanh");
    }
  }
  double operator()(double x) const {
    const double phi =
        by_tanh
            ? std::tanh(std::numbers::sqrt2 * std::numbers::inv_sqrtpi * (x + 0.044715 * x * x * x))
            : std::erf(x / std::numbers::sqrt2);
    return 0.5 * x * (1 + phi);
  }
};

/// ONNX Shrink-9: values within lambd become 0, the others move towards it by bias.
struct ShrinkFunction {
  static constexpr std::string_view op_type = "Shrink";
  using Types = Arithmetic;
  double bias, lambd;
  explicit ShrinkFunction(const Node& node)
      : bias(node.float_attribute("bias", 0)), lambd(node.float_attribute("lambd", 0.5F)) {}
  template <typename T>
  T operator()(T value) const {
    const auto x = static_cast<double>(value);
    return static_cast<T>(x < -lambd ? x + bias : x > lambd ? x - bias : 0);
  }
};

}  // namespace

void append_activations(std::vector<std::unique_ptr<Operator>>& all) {
  all.push_back(std::make_unique<Unary<CeluFunction>>());
  all.push_back(std::make_unique<Unary<EluFunction>>());
  all.push_back(std::make_unique<Unary<GeluFunction>>());
  all.push_back(std::make_unique<Unary<HardSigmoidFunction>>());
  all.push_back(std::make_unique<Unary<HardSwishFunction>>());
  all.push_back(std::make_unique<Unary<LeakyReluFunction>>());
  all.push_back(std::make_unique<Unary<MishFunction>>());
  all.push_back(std::make_unique<Elementwise<PReluFunction>>());
  all.push_back(std::make_unique<Unary<ReluFunction>>());
  all.push_back(std::make_unique<Unary<SeluFunction>>());
  all.push_back(std::make_unique<Unary<ShrinkFunction>>());
  all.push_back(std::make_unique<Unary<SigmoidFunction>>());
  all.push_back(std::make_unique<Unary<SoftplusFunction>>());
  all.push_back(std::make_unique<Unary<SoftsignFunction>>());
  all.push_back(std::make_unique<Unary<SwishFunction>>());
  all.push_back(std::make_unique<Unary<ThresholdedReluFunction>>());
}

}  // namespace paretune::model
