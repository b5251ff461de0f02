// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_inputs = 11;

/// ONNX Clip-13 (and 6, 11, 12): min(max(x, low), high), so `high` wins when low > high.
class Clip : public Operator {
 public:
  std::string_view op_type() const override { return "Clip"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_arithmetic(data);
    for (std::size_t i = 1; i < 3; ++i) {
      if (const auto* bound = optional(context, i)) {
        require_same_type(data, *bound);
        if (product(bound->shape, 0, bound->shape.size()) != 1) {
          throw InvalidModel("the bounds must be scalars");
        }
      }
    }
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor out = *inputs[0];
    for_arithmetic(out.type(), [&]<typename T>() {
      using Limits = std::numeric_limits<T>;
      constexpr bool infinite = Limits::has_infinity;
      const T low = bound<T>(node, opset, inputs, 1, "min",
                             infinite ? -Limits::infinity() : Limits::lowest());
      const T high =
          bound<T>(node, opset, inputs, 2, "max", infinite ? Limits::infinity() : Limits::max());
      for (T& value : out.data<T>()) {
        value = value < low ? low : value;
        value = high < value ? high : value;
      }
    });
    return {std::move(out)};
  }

 private:
  template <typename T>
  static T bound(const Node& node, std::int64_t opset, std::span<const Tensor* const> inputs,
                 std::size_t index, std::string_view name, T fallback) {
    if (opset < first_opset_with_inputs) {
      const bool given = node.attributes.contains(std::string(name));
      return given ? static_cast<T>(node.float_attribute(name, 0)) : fallback;
    }
    const bool given = index < inputs.size() && inputs[index] != nullptr;
    return given ? inputs[index]->data<T>()[0] : fallback;
  }
};

}  // namespace

std::unique_ptr<Operator> make_clip() { return std::make_unique<Clip>(); }

}  // namespace paretune::model
