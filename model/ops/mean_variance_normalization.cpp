// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/ops/axes.h"
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX MeanVarianceNormalization-13 (and 9): (x - mean) / (deviation + 1e-9), both taken over
/// attribute 'axes'.
class MeanVarianceNormalization : public Operator {
 public:
  std::string_view op_type() const override { return "MeanVarianceNormalization"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    axes_of_node(context.node, data.shape.size());
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor out = *inputs[0];
    for_floating(out.type(), [&]<typename T>() { run<T>(axes_of_node(node, out.rank()), out); });
    return {std::move(out)};
  }

 private:
  static std::set<std::size_t> axes_of_node(const Node& node, std::size_t rank) {
    return normalized_axes(node.ints_attribute("axes", {0, 2, 3}), rank);
  }

  template <typename T>
  static void run(const std::set<std::size_t>& axes, Tensor& out) {
    // The group each element belongs to, numbered row-major over the axes that stay.
    std::vector<std::size_t> strides(out.rank(), 0);
    std::size_t groups = 1;
    for (std::size_t d = out.rank(); d-- > 0;) {
      if (axes.contains(d)) continue;
      strides[d] = groups;
      groups *= static_cast<std::size_t>(out.dim(d));
    }
    const auto values = out.data<T>();
    std::vector<std::size_t> group(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::size_t rest = i;
      for (std::size_t d = out.rank(); d-- > 0;) {
        const auto dim = static_cast<std::size_t>(out.dim(d));
        group[i] += rest % dim * strides[d];
        rest /= dim;
      }
    }
    if (values.empty()) return;
    const auto count = static_cast<double>(values.size() / groups);
    std::vector<double> means(groups, 0), variances(groups, 0);
    for (std::size_t i = 0; i < values.size(); ++i) means[group[i]] += values[i] / count;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double off = values[i] - means[group[i]];
      variances[group[i]] += off * off / count;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] =
          static_cast<T>((values[i] - means[group[i]]) / (std::sqrt(variances[group[i]]) + 1e-9));
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_mean_variance_normalization() {
  return std::make_unique<MeanVarianceNormalization>();
}

}  // namespace paretune::model
