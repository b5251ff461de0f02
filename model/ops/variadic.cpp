// SPDX-License-Identifier: Apache-2.0
#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX Max-13 (and 6, 8, 12); NaN wins, as in numpy.
struct MaxFunction {
  static constexpr std::string_view op_type = "Max";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T a, T b) const {
    return a > b || a != a ? a : b;
  }
};

/// ONNX Min-13 (and 6, 8, 12); NaN wins, as in numpy.
struct MinFunction {
  static constexpr std::string_view op_type = "Min";
  using Types = Arithmetic;
  template <typename T>
  T operator()(T a, T b) const {
    return a < b || a != a ? a : b;
  }
};

/// ONNX Sum-13 (and 6, 8).
struct SumFunction {
  static constexpr std::string_view op_type = "Sum";
  using Types = Floating;
  template <typename T>
  T operator()(T a, T b) const {
    return a + b;
  }
};

/// ONNX Mean-13 (and 6, 8): Sum divided by the number of inputs.
struct MeanFunction : SumFunction {
  static constexpr std::string_view op_type = "Mean";
};

/// One or more tensors of one type, broadcast to their common shape and combined from the left.
template <typename Function>
class Variadic : public Operator {
 public:
  std::string_view op_type() const override { return Function::op_type; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& first = required(context, 0);
    Function::Types::require(first);
    Shape shape = first.shape;
    for (std::size_t i = 1; i < context.inputs.size(); ++i) {
      require_same_type(first, required(context, i));
      shape = broadcast(shape, context.inputs[i]->shape);
    }
    return {output_of(first.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out = *inputs[0];
    Function::Types::dispatch(info.type, [&]<typename T>() {
      for (std::size_t i = 1; i < inputs.size(); ++i) {
        Tensor both(info.type, broadcast(out.shape(), inputs[i]->shape()));
        combine<T>(out, *inputs[i], both, Function{});
        out = std::move(both);
      }
      if constexpr (std::is_same_v<Function, MeanFunction>) {
        for (T& value : out.data<T>()) value /= static_cast<T>(inputs.size());
      }
    });
    return {std::move(out)};
  }
};

}  // namespace

void append_variadic(std::vector<std::unique_ptr<Operator>>& all) {
  all.push_back(std::make_unique<Variadic<MaxFunction>>());
  all.push_back(std::make_unique<Variadic<MeanFunction>>());
  all.push_back(std::make_unique<Variadic<MinFunction>>());
  all.push_back(std::make_unique<Variadic<SumFunction>>());
}

}  // namespace paretune::model
