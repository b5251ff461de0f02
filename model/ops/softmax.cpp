// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_over_one_axis = 13;

double largest_of(std::span<const double> values) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const double value : values) largest = std::max(largest, value);
  return largest;
}

/// ONNX Softmax: e^x over the sum of all e^x.
struct SoftmaxFunction {
  static constexpr std::string_view op_type = "Softmax";
  static void apply(std::span<double> values) {
    const double largest = largest_of(values);
    double sum = 0;
    for (double& value : values) sum += value = std::exp(value - largest);
    for (double& value : values) value /= sum;
  }
};

/// ONNX LogSoftmax: its logarithm.
struct LogSoftmaxFunction {
  static constexpr std::string_view op_type = "LogSoftmax";
  static void apply(std::span<double> values) {
    const double largest = largest_of(values);
    double sum = 0;
    for (const double value : values) sum += std::exp(value - largest);
    for (double& value : values) value -= largest + std::log(sum);
  }
};

/// ONNX Hardmax: 1 for the first of the largest, else 0.
struct HardmaxFunction {
  static constexpr std::string_view op_type = "Hardmax";
  static void apply(std::span<double> values) {
    const auto at = std::ranges::max_element(values) - values.begin();
    std::ranges::fill(values, 0.0);
    if (!values.empty()) values[static_cast<std::size_t>(at)] = 1;
  }
};

/// Softmax-13, LogSoftmax-13, Hardmax-13 over one axis (default the last); before 13 (1, 11) over
/// all dimensions from `axis` (default 1) on.
template <typename Function>
class AlongAxis : public Operator {
 public:
  std::string_view op_type() const override { return Function::op_type; }

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
    std::vector<double> line(count);
    for_floating(out.type(), [&]<typename T>() {
      for (std::size_t i = 0; i < outer * inner; ++i) {
        T* values = out.data<T>().data() + i / inner * count * inner + i % inner;
        for (std::size_t k = 0; k < count; ++k) line[k] = values[k * inner];
        Function::apply(line);
        for (std::size_t k = 0; k < count; ++k) values[k * inner] = static_cast<T>(line[k]);
      }
    });
    return {std::move(out)};
  }

 private:
  static std::size_t axis_of(const Node& node, std::int64_t opset, std::size_t rank) {
    const bool flattens = opset < first_opset_over_one_axis;
    const std::int64_t axis = node.int_attribute("axis", flattens ? 1 : -1);
    // Flattening may put all dimensions in front and leave none behind.
    const bool at_end = flattens && axis == static_cast<std::int64_t>(rank);
    return at_end ? rank : normalized_axis(axis, rank);
  }
};

}  // namespace

std::unique_ptr<Operator> make_hardmax() { return std::make_unique<AlongAxis<HardmaxFunction>>(); }
std::unique_ptr<Operator> make_log_softmax() {
  return std::make_unique<AlongAxis<LogSoftmaxFunction>>();
}
std::unique_ptr<Operator> make_softmax() { return std::make_unique<AlongAxis<SoftmaxFunction>>(); }

}  // namespace paretune::model
