// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/slice_indices.h"

namespace paretune::model {
namespace {

std::size_t batch_dims_of(const Node& node, const ValueInfo& data, const ValueInfo& indices) {
  const std::int64_t batch = node.int_attribute("batch_dims", 0);
  const std::size_t most = std::min(data.shape.size(), indices.shape.size());
  if (batch < 0 || most == 0 || batch >= static_cast<std::int64_t>(most)) {
    throw InvalidModel(fmt::format("batch_dims {} does not fit data {} and indices {}", batch,
                                   to_text(data.shape), to_text(indices.shape)));
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(batch); ++i) {
    require_dim(indices, i, data.shape[i], "batches of data and indices agree");
  }
  return static_cast<std::size_t>(batch);
}

/// ONNX GatherND-13 (and 11, 12): the last dimension of the indices names slices of the data.
class GatherND : public Mover {
 public:
  std::string_view op_type() const override { return "GatherND"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& indices = required(context, 1);
    const std::size_t batch = batch_dims_of(context.node, data, indices);
    const std::size_t depth = slice_depth(data, indices, batch);
    Shape shape(indices.shape.begin(), indices.shape.end() - 1);
    shape.insert(shape.end(), data.shape.begin() + static_cast<std::ptrdiff_t>(batch + depth),
                 data.shape.end());
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const Tensor& data = *inputs[0];
    Tensor out(info.type, info.shape);
    const auto batch = static_cast<std::size_t>(node.int_attribute("batch_dims", 0));
    const auto slices = slices_of(data, *inputs[1], batch);
    std::size_t to = 0;
    for (const std::size_t from : slices.offsets) {
      copy_elements(data, from, out, to, slices.size);
      to += slices.size;
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_gather_nd() { return std::make_unique<GatherND>(); }

}  // namespace paretune::model
