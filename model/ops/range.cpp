// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/float16.h"
#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

// More elements than any tensor may have; a double holds it exactly.
constexpr std::int64_t too_many = std::int64_t{1} << 40;

/// How many of start, start + delta ... lie before the limit.
template <typename T>
std::int64_t count_of(T start, T limit, T delta) {
  if (delta == 0) throw InvalidModel("delta is 0");
  if constexpr (std::is_floating_point_v<T>) {
    const double count = std::ceil((double{limit} - double{start}) / double{delta});
    if (std::isnan(count)) throw InvalidModel("start, limit or delta is no number");
    return static_cast<std::int64_t>(std::clamp(count, 0.0, static_cast<double>(too_many)));
  } else {
    if (delta > 0 ? limit <= start : limit >= start) return 0;
    const auto wide = [](T value) { return static_cast<std::uint64_t>(value); };
    // Unsigned differences are right even where signed ones would overflow.
    const std::uint64_t distance =
        delta > 0 ? wide(limit) - wide(start) : wide(start) - wide(limit);
    const std::uint64_t step = delta > 0 ? wide(delta) : std::uint64_t{0} - wide(delta);
    const std::uint64_t count = (distance - 1) / step + 1;
    return static_cast<std::int64_t>(std::min<std::uint64_t>(count, too_many));
  }
}

/// The halves' values in f32; other tensors as they are.
Tensor widened(const Tensor& tensor) {
  if (!is_half(tensor.type())) return tensor;
  const std::uint16_t bits = bits16(tensor)[0];
  const float value = tensor.type() == ElementType::f16 ? f16_to_float(bits) : bf16_to_float(bits);
  return Tensor::of<float>({}, {value});
}

std::int64_t length_of(const InferContext& context) {
  std::vector<Tensor> values;
  for (std::size_t i = 0; i < 3; ++i) {
    const Tensor* value = constant(context, i);
    if (value == nullptr) return -1;
    values.push_back(widened(*value));
  }
  std::int64_t count = 0;
  for_arithmetic(values[0].type(), [&]<typename T>() {
    count = count_of(values[0].data<T>()[0], values[1].data<T>()[0], values[2].data<T>()[0]);
  });
  return count;
}

/// ONNX Range-27 (and 11): start, start + delta ... below the limit (above it when delta < 0).
class RangeOperator : public Operator {
 public:
  std::string_view op_type() const override { return "Range"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& start = required(context, 0);
    require_arithmetic(start);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto& value = required(context, i);
      require_same_type(start, value);
      const std::int64_t count = product(value.shape, 0, value.shape.size());
      if (count >= 0 && count != 1) throw InvalidModel("start, limit and delta must be scalars");
    }
    return {output_of(start.type, {length_of(context)})};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    for_arithmetic(info.type, [&]<typename T>() {
      using W = typename Wrapping<T>::type;
      const auto start = static_cast<W>(inputs[0]->data<T>()[0]);
      const auto delta = static_cast<W>(inputs[2]->data<T>()[0]);
      const auto result = out.data<T>();
      for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = static_cast<T>(start + static_cast<W>(i) * delta);
      }
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_range() { return std::make_unique<RangeOperator>(); }

}  // namespace paretune::model
