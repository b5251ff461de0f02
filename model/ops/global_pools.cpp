// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"
#include "model/ops/window.h"

namespace paretune::model {
namespace {

/// ONNX GlobalAveragePool-22, GlobalMaxPool-22, GlobalLpPool-22 (and 1, 2): one value over all
/// spatial dimensions. `Pool` supplies op_type and `template <T> static T apply(span, const
/// Node&)`.
template <typename Pool>
class GlobalPool : public Operator {
 public:
  std::string_view op_type() const override { return Pool::op_type; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    Shape shape(2 + spatial(data.shape).size(), 1);
    shape[0] = data.shape[0];
    shape[1] = data.shape[1];
    Pool::check(context.node);
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    for_floating(info.type, [&]<typename T>() {
      const auto in = inputs[0]->data<T>();
      const std::size_t size = out.count() == 0 ? 0 : in.size() / out.count();
      for (std::size_t i = 0; i < out.count(); ++i) {
        out.data<T>()[i] = static_cast<T>(Pool::apply(in.subspan(i * size, size), node));
      }
    });
    return {std::move(out)};
  }
};

struct Average {
  static constexpr std::string_view op_type = "GlobalAveragePool";
  static void check(const Node&) {}
  template <typename T>
  static double apply(std::span<const T> values, const Node&) {
    double sum = 0;
    for (const T value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
};

struct Largest {
  static constexpr std::string_view op_type = "GlobalMaxPool";
  static void check(const Node&) {}
  template <typename T>
  static double apply(std::span<const T> values, const Node&) {
    double best = -std::numeric_limits<double>::infinity();
    for (const T value : values) best = std::max<double>(best, value);
    return best;
  }
};

struct Norm {
  static constexpr std::string_view op_type = "GlobalLpPool";
  static void check(const Node& node) {
    if (node.int_attribute("p", 2) < 1) throw InvalidModel("attribute 'p' must be 1 or more");
  }
  template <typename T>
  static double apply(std::span<const T> values, const Node& node) {
    const auto p = static_cast<double>(node.int_attribute("p", 2));
    double sum = 0;
    for (const T value : values) sum += std::pow(std::abs(static_cast<double>(value)), p);
    return std::pow(sum, 1 / p);
  }
};

}  // namespace

std::unique_ptr<Operator> make_global_average_pool() {
  return std::make_unique<GlobalPool<Average>>();
}
std::unique_ptr<Operator> make_global_max_pool() { return std::make_unique<GlobalPool<Largest>>(); }
std::unique_ptr<Operator> make_global_lp_pool() { return std::make_unique<GlobalPool<Norm>>(); }

}  // namespace paretune::model
