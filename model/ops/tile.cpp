// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// ONNX Tile-13 (and 6): the tensor repeated along each axis.
class Tile : public Mover {
 public:
  std::string_view op_type() const override { return "Tile"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& counts = required(context, 1);
    const std::int64_t length = vector_length(counts);
    if (length >= 0 && length != static_cast<std::int64_t>(data.shape.size())) {
      throw InvalidModel(
          fmt::format("{} repeats are given for a tensor of rank {}", length, data.shape.size()));
    }
    Shape shape(data.shape.size(), -1);
    const Tensor* repeats = constant(context, 1);
    if (repeats == nullptr) return {output_of(data.type, std::move(shape))};
    const auto values = int64_values(*repeats);
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (values[i] < 0) throw InvalidModel(fmt::format("{} repeats are impossible", values[i]));
      shape[i] = times(data.shape[i], values[i]);
    }
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const Tensor& data = *inputs[0];
    Tensor out(info.type, info.shape);
    copy_by_axis(data, out, [&](std::size_t axis, std::int64_t i) { return i % data.dim(axis); });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_tile() { return std::make_unique<Tile>(); }

}  // namespace paretune::model
