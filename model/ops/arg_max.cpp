// SPDX-License-Identifier: Apache-2.0
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// ONNX ArgMax-13 and ArgMin-13 (and 1, 11, 12): index of the largest or smallest element along
/// `axis`, the first of equals or with select_last_index the last. NaN wins, as in numpy.
class ArgExtreme : public Operator {
 public:
  ArgExtreme(std::string_view op_type, bool largest) : op_type_(op_type), largest_(largest) {}

  std::string_view op_type() const override { return op_type_; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_arithmetic(data);
    const auto axis = normalized_axis(context.node.int_attribute("axis", 0), data.shape.size());
    if (data.shape[axis] == 0) throw InvalidModel("there is no extreme of no elements");
    Shape shape = data.shape;
    shape[axis] = 1;
    if (context.node.int_attribute("keepdims", 1) == 0) {
      shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    return {output_of(ElementType::i64, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const Tensor& data = *inputs[0];
    const auto axis = normalized_axis(node.int_attribute("axis", 0), data.rank());
    const bool last = node.int_attribute("select_last_index", 0) != 0;
    const auto length = static_cast<std::size_t>(data.dim(axis));
    const auto inner = static_cast<std::size_t>(product(data.shape(), axis + 1, data.rank()));
    for_arithmetic(data.type(), [&]<typename T>() {
      for (std::size_t i = 0; i < out.count(); ++i) {
        const T* values = data.data<T>().data() + i / inner * length * inner + i % inner;
        out.data<std::int64_t>()[i] = find(values, length, inner, last);
      }
    });
    return {std::move(out)};
  }

 private:
  template <typename T>
  std::int64_t find(const T* values, std::size_t length, std::size_t stride, bool last) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < length; ++i) {
      const T value = values[i * stride], old = values[best * stride];
      const bool better = largest_ ? value > old : value < old;
      const bool is_nan = value != value, was_nan = old != old;
      const bool equal = value == old || (is_nan && was_nan);
      if ((better && !was_nan) || (is_nan && !was_nan) || (equal && last)) best = i;
    }
    return static_cast<std::int64_t>(best);
  }

  std::string_view op_type_;
  bool largest_;
};

}  // namespace

std::unique_ptr<Operator> make_arg_max() { return std::make_unique<ArgExtreme>("ArgMax", true); }
std::unique_ptr<Operator> make_arg_min() { return std::make_unique<ArgExtreme>("ArgMin", false); }

}  // namespace paretune::model
