// SPDX-License-Identifier: Apache-2.0
#include <type_traits>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// Writes running sums of `count` elements `step` apart (negative: from the back); `exclusive` ones
/// leave out the element itself. Integers wrap.
template <typename T>
void accumulate(const T* in, T* out, std::size_t count, std::ptrdiff_t step, bool exclusive) {
  using Sum = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
  Sum sum = 0;
  for (; count > 0; --count, in += step, out += step) {
    const auto value = static_cast<Sum>(*in);
    if (!exclusive) sum += value;
    *out = static_cast<T>(sum);
    if (exclusive) sum += value;
  }
}

/// ONNX CumSum-14 (and 11).
class CumSum : public Operator {
 public:
  std::string_view op_type() const override { return "CumSum"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_arithmetic(data);
    required(context, 1);
    if (const Tensor* axis = constant(context, 1)) axis_of(*axis, data.shape.size());
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const std::size_t axis = axis_of(*inputs[1], out.rank());
    const bool exclusive = node.int_attribute("exclusive", 0) != 0;
    const bool reverse = node.int_attribute("reverse", 0) != 0;
    const auto count = static_cast<std::size_t>(out.dim(axis));
    const auto inner = static_cast<std::size_t>(product(out.shape(), axis + 1, out.rank()));
    const auto outer = static_cast<std::size_t>(product(out.shape(), 0, axis));
    const auto step = static_cast<std::ptrdiff_t>(inner);
    if (out.count() == 0) return {std::move(out)};
    for_arithmetic(info.type, [&]<typename T>() {
      for (std::size_t i = 0; i < outer * inner; ++i) {
        const std::size_t first = i / inner * count * inner + i % inner;
        const std::size_t start = reverse ? first + (count - 1) * inner : first;
        accumulate(inputs[0]->data<T>().data() + start, out.data<T>().data() + start, count,
                   reverse ? -step : step, exclusive);
      }
    });
    return {std::move(out)};
  }

 private:
  static std::size_t axis_of(const Tensor& axis, std::size_t rank) {
    if (axis.count() != 1) throw InvalidModel("the axis must be one number");
    const std::int64_t value =
        axis.type() == ElementType::i32 ? axis.data<std::int32_t>()[0] : int64_values(axis)[0];
    return normalized_axis(value, rank);
  }
};

}  // namespace

std::unique_ptr<Operator> make_cum_sum() { return std::make_unique<CumSum>(); }

}  // namespace paretune::model
