// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/ops/broadcasting.h"
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// ONNX Expand-13 (and 8): broadcasts to a shape, in which 1 keeps a dimension.
class Expand : public Mover {
 public:
  std::string_view op_type() const override { return "Expand"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto& target = required(context, 1);
    const Tensor* shape = constant(context, 1);
    if (shape == nullptr) {
      Shape free = free_shape(target);
      return {output_of(data.type, Shape(std::max(free.size(), data.shape.size()), -1))};
    }
    vector_length(target);
    const Shape asked = int64_values(*shape);
    element_count(asked);  // throws for a negative one, which broadcast() would take as free
    return {output_of(data.type, broadcast(data.shape, asked))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    std::size_t to = 0;
    for (const std::size_t from : broadcast_offsets(inputs[0]->shape(), info.shape)) {
      copy_elements(*inputs[0], from, out, to++);
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_expand() { return std::make_unique<Expand>(); }

}  // namespace paretune::model
