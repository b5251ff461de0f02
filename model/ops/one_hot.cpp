// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "model/float16.h"
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// Numbers of any type as integers, fractions cut off; what does not fit becomes the least integer,
/// which names no class.
std::vector<std::int64_t> whole_numbers(const Tensor& tensor) {
  std::vector<std::int64_t> numbers;
  const auto add = [&](double value) {
    const bool fits = std::fabs(value) < 9e18;
    numbers.push_back(fits ? static_cast<std::int64_t>(value)
                           : std::numeric_limits<std::int64_t>::min());
  };
  if (is_half(tensor.type())) {
    for (const std::uint16_t bits : bits16(tensor)) {
      add(tensor.type() == ElementType::f16 ? f16_to_float(bits) : bf16_to_float(bits));
    }
    return numbers;
  }
  for_arithmetic(tensor.type(), [&]<typename T>() {
    for (const T value : tensor.data<T>()) {
      if constexpr (std::is_floating_point_v<T>) {
        add(value);
      } else {
        numbers.push_back(static_cast<std::int64_t>(value));
      }
    }
  });
  return numbers;
}

/// Number of classes, -1 when computed at run time.
std::int64_t depth_of(const InferContext& context) {
  const auto& depth = required(context, 1);
  const std::int64_t count = product(depth.shape, 0, depth.shape.size());
  if (count >= 0 && count != 1) throw InvalidModel("the depth must be one number");
  const Tensor* value = constant(context, 1);
  if (value == nullptr) return -1;
  const std::int64_t classes = whole_numbers(*value).at(0);
  if (classes < 0) throw InvalidModel(fmt::format("the depth cannot be {}", classes));
  return classes;
}

/// ONNX OneHot-11 (and 9): values[1] where the index is the class, values[0] elsewhere.
class OneHot : public Mover {
 public:
  std::string_view op_type() const override { return "OneHot"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& indices = required(context, 0);
    const auto& values = required(context, 2);
    require_arithmetic(indices);
    require_arithmetic(required(context, 1));
    vector_length(values);
    require_dim(values, 0, 2, "the values of off and on");
    Shape shape = indices.shape;
    const auto axis = normalized_axis(context.node.int_attribute("axis", -1), shape.size() + 1);
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), depth_of(context));
    return {output_of(values.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const auto axis = normalized_axis(node.int_attribute("axis", -1), out.rank());
    const std::int64_t depth = out.dim(axis);
    for (std::size_t i = 0; i < out.count(); ++i) copy_elements(*inputs[2], 0, out, i);
    const auto inner = static_cast<std::size_t>(product(info.shape, axis + 1, out.rank()));
    const auto numbers = whole_numbers(*inputs[0]);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const std::int64_t index = numbers[i] < 0 ? numbers[i] + depth : numbers[i];
      if (index < 0 || index >= depth) continue;
      const std::size_t row = i / inner * static_cast<std::size_t>(depth);
      copy_elements(*inputs[2], 1, out,
                    (row + static_cast<std::size_t>(index)) * inner + i % inner);
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_one_hot() { return std::make_unique<OneHot>(); }

}  // namespace paretune::model
