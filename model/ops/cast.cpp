// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "model/float16.h"
#include "model/onnx/data_type.h"
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// A number as T. Fractions truncate; what does not fit an integer, which ONNX leaves undefined,
/// saturates, except that integers wrap.
template <typename T, typename From>
T convert(From value) {
  if constexpr (std::is_integral_v<T> && std::is_floating_point_v<From>) {
    if (std::isnan(value)) return T{0};
    // Compared as long double: the limits of 64-bit integers are no doubles.
    const auto wide = static_cast<long double>(value);
    if (wide <= static_cast<long double>(std::numeric_limits<T>::lowest())) {
      return std::numeric_limits<T>::lowest();
    }
    if (wide >= static_cast<long double>(std::numeric_limits<T>::max())) {
      return std::numeric_limits<T>::max();
    }
  }
  return static_cast<T>(value);
}

/// Writes element i of a tensor of any type.
template <typename From>
void store(Tensor& out, std::size_t i, From value) {
  switch (out.type()) {
    case ElementType::boolean:
      out.data<bool>()[i] = value != From{0};
      return;
    case ElementType::f16:
      bits16(out)[i] = f16_from_double(static_cast<double>(value));
      return;
    case ElementType::bf16:
      bits16(out)[i] = bf16_from_double(static_cast<double>(value));
      return;
    default:
      for_arithmetic(out.type(), [&]<typename T>() { out.data<T>()[i] = convert<T>(value); });
  }
}

/// Calls body(i, value) for every element of a tensor of any type.
template <typename Body>
void for_each(const Tensor& in, Body&& body) {
  if (in.type() == ElementType::f16 || in.type() == ElementType::bf16) {
    const bool half = in.type() == ElementType::f16;
    const auto bits = bits16(in);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      body(i, half ? f16_to_float(bits[i]) : bf16_to_float(bits[i]));
    }
  } else if (in.type() == ElementType::boolean) {
    const auto values = in.data<bool>();
    for (std::size_t i = 0; i < values.size(); ++i) body(i, static_cast<std::uint8_t>(values[i]));
  } else {
    for_arithmetic(in.type(), [&]<typename T>() {
      const auto values = in.data<T>();
      for (std::size_t i = 0; i < values.size(); ++i) body(i, values[i]);
    });
  }
}

/// ONNX Cast-13 (and 6, 9, 19 on): to f16 and bf16 rounded half to even.
class Cast : public Operator {
 public:
  std::string_view op_type() const override { return "Cast"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    if (!context.node.attributes.contains("to")) throw InvalidModel("attribute 'to' is missing");
    return {output_of(element_type_of_onnx(context.node.int_attribute("to", 0)), data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    if (inputs[0]->type() == info.type) return {*inputs[0]};
    for_each(*inputs[0], [&](std::size_t i, auto value) { store(out, i, value); });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_cast() { return std::make_unique<Cast>(); }

}  // namespace paretune::model
