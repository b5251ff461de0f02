// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_over_one_axis = 13;

/// Softmax of `count` elements `stride` apart, in place.
template <typename T>
void normalize(T* values, std::size_t count, std::size_t stride) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < count; ++i) {
    largest = std::max(largest, static_cast<double>(values[i * stride]));
  }
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += std::exp(values[i * stride] - largest);
  for (std::size_t i = 0; i < count; ++i) {
    values[i * stride] = static_cast<T>(std::exp(values[i * stride] - largest) / sum);
  }
}

/// ONNX Softmax-13 over one axis (default the last); before 13 over all dimensions from `axis`
/// (default 1) on.
class Softmax : public Operator {
 public:
  std::string_view op_type() const override { return "Softmax"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    axis_of(context.node, context.opset, data.shape.size());
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor out = *inputs[0];
    const std::size_t axis = axis_of(node, opset, out.rank());
    const std::size_t end = opset < first_opset_over_one_axis ? out.rank() : axis + 1;
    const auto outer = static_cast<std::size_t>(product(out.shape(), 0, axis));
    const auto count = static_cast<std::size_t>(product(out.shape(), axis, end));
    const auto inner = static_cast<std::size_t>(product(out.shape(), end, out.rank()));
    for_floating(out.type(), [&]<typename T>() {
      T* values = out.data<T>().data();
      for (std::size_t i = 0; i < outer * inner; ++i) {
        normalize(values + i / inner * count * inner + i % inner, count, inner);
      }
    });
    return {std::move(out)};
  }

 private:
  static std::size_t axis_of(const Node& node, std::int64_t opset, std::size_t rank) {
    return normalized_axis(node.int_attribute("axis", opset < first_opset_over_one_axis ? 1 : -1),
                           rank);
  }
};

}  // namespace

std::unique_ptr<Operator> make_softmax() { return std::make_unique<Softmax>(); }

}  // namespace paretune::model
