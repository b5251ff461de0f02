// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// ONNX LpNormalization-22 (and 1): divided by the norm along one axis; where that is zero the
/// result is zero.
class LpNormalization : public Operator {
 public:
  std::string_view op_type() const override { return "LpNormalization"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    normalized_axis(context.node.int_attribute("axis", -1), data.shape.size());
    const std::int64_t p = context.node.int_attribute("p", 2);
    if (p != 1 && p != 2)
      throw InvalidModel(fmt::format("attribute 'p' is {} but must be 1 or 2", p));
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor out = *inputs[0];
    const bool squares = node.int_attribute("p", 2) == 2;
    const std::size_t axis = normalized_axis(node.int_attribute("axis", -1), out.rank());
    const auto count = static_cast<std::size_t>(out.dim(axis));
    const auto inner = static_cast<std::size_t>(product(out.shape(), axis + 1, out.rank()));
    for_floating(out.type(), [&]<typename T>() {
      const auto values = out.data<T>();
      for (std::size_t line = 0; count > 0 && line < values.size() / count; ++line) {
        const std::size_t from = line / inner * inner * count + line % inner;
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
          const double value = values[from + i * inner];
          sum += squares ? value * value : std::abs(value);
        }
        const double norm = squares ? std::sqrt(sum) : sum;
        for (std::size_t i = 0; i < count; ++i) {
          T& value = values[from + i * inner];
          value = norm == 0 ? T(0) : static_cast<T>(value / norm);
        }
      }
    });
    return {std::move(out)};
  }
};

/// ONNX LRN-13 (and 1): x / (bias + alpha / size * sum of squares of `size` channels around)^beta.
class Lrn : public Operator {
 public:
  std::string_view op_type() const override { return "LRN"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    if (data.shape.size() < 2) {
      throw InvalidModel(fmt::format("shape {} has no channels", to_text(data.shape)));
    }
    const std::int64_t size = context.node.int_attribute("size", 0);
    if (size < 1) {
      throw InvalidModel(fmt::format("attribute 'size' is {} but must be 1 or more", size));
    }
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    Tensor out = *inputs[0];
    const double alpha = node.float_attribute("alpha", 1e-4F),
                 beta = node.float_attribute("beta", 0.75F), bias = node.float_attribute("bias", 1);
    const std::int64_t size = node.int_attribute("size", 1), channels = out.dim(1);
    const std::int64_t before = (size - 1) / 2, behind = size - 1 - before;
    const std::int64_t plane = product(out.shape(), 2, out.rank());
    for_floating(out.type(), [&]<typename T>() {
      const T* in = inputs[0]->data<T>().data();
      T* to = out.data<T>().data();
      for (std::int64_t i = 0; i < static_cast<std::int64_t>(out.count()); ++i) {
        const std::int64_t c = i / plane % channels;
        const std::int64_t last = behind >= channels - c ? channels - 1 : c + behind;
        double sum = 0;
        for (std::int64_t k = std::max<std::int64_t>(c - before, 0); k <= last; ++k) {
          const double value = in[i + (k - c) * plane];
          sum += value * value;
        }
        to[i] =
            static_cast<T>(in[i] / std::pow(bias + alpha / static_cast<double>(size) * sum, beta));
      }
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_lp_normalization() { return std::make_unique<LpNormalization>(); }
std::unique_ptr<Operator> make_lrn() { return std::make_unique<Lrn>(); }

}  // namespace paretune::model
