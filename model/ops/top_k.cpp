// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// ONNX TopK-24 (and 1, 10, 11): the k largest or smallest elements along `axis` and their
/// indices, in order (which `sorted` = 0 leaves open); of equals those in front, NaN as the
/// largest. k is an attribute before operator set 10.
class TopK : public Operator {
 public:
  std::string_view op_type() const override { return "TopK"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_arithmetic(data);
    const auto axis = normalized_axis(context.node.int_attribute("axis", -1), data.shape.size());
    const std::int64_t k = count_of(context);
    if (data.shape[axis] >= 0 && k > data.shape[axis]) {
      throw InvalidModel(
          fmt::format("there are no {} elements to choose in {}", k, to_text(data.shape)));
    }
    Shape shape = data.shape;
    shape[axis] = k;
    return {output_of(data.type, shape), output_of(ElementType::i64, shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto infos = infer_from(*this, node, opset, inputs);
    Tensor values(infos[0].type, infos[0].shape), indices(infos[1].type, infos[1].shape);
    const Tensor& data = *inputs[0];
    const auto axis = normalized_axis(node.int_attribute("axis", -1), data.rank());
    const bool largest = node.int_attribute("largest", 1) != 0;
    const auto length = static_cast<std::size_t>(data.dim(axis));
    const auto k = static_cast<std::size_t>(values.dim(axis));
    const auto inner = static_cast<std::size_t>(product(data.shape(), axis + 1, data.rank()));
    const auto outer = static_cast<std::size_t>(product(data.shape(), 0, axis));
    for_arithmetic(data.type(), [&]<typename T>() {
      std::vector<std::size_t> order(length);
      for (std::size_t i = 0; i < outer * inner; ++i) {
        const std::size_t line = i / inner, column = i % inner;
        const T* in = data.data<T>().data() + line * length * inner + column;
        choose(in, inner, k, largest, order);
        for (std::size_t j = 0; j < k; ++j) {
          const std::size_t at = (line * k + j) * inner + column;
          values.data<T>()[at] = in[order[j] * inner];
          indices.data<std::int64_t>()[at] = static_cast<std::int64_t>(order[j]);
        }
      }
    });
    return {std::move(values), std::move(indices)};
  }

 private:
  /// The first k of `order` become the indices of the elements chosen, in order.
  template <typename T>
  static void choose(const T* values, std::size_t stride, std::size_t k, bool largest,
                     std::vector<std::size_t>& order) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto below = [](T a, T b) { return a < b || (b != b && a == a); };
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(k),
                              [&](std::size_t i, std::size_t j) {
                                const T a = values[i * stride], b = values[j * stride];
                                if (largest ? below(b, a) : below(a, b)) return true;
                                const bool behind = largest ? below(a, b) : below(b, a);
                                return !behind && i < j;
                              });
  }

  /// -1 when it is computed at run time.
  static std::int64_t count_of(const InferContext& context) {
    constexpr std::int64_t first_opset_with_input = 10;
    std::int64_t k = context.node.int_attribute("k", -1);
    if (context.opset >= first_opset_with_input) {
      required(context, 1);
      const Tensor* given = constant(context, 1);
      if (given == nullptr) return -1;
      const auto values = int64_values(*given);
      if (values.size() != 1) throw InvalidModel("k must be one number");
      k = values[0];
    }
    if (k < 0) throw InvalidModel("k is missing or below zero");
    return k;
  }
};

}  // namespace

std::unique_ptr<Operator> make_top_k() { return std::make_unique<TopK>(); }

}  // namespace paretune::model
