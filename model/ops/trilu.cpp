// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

/// ONNX Trilu-14: the upper or lower triangle of each matrix, zero elsewhere. `k` moves the
/// diagonal to the right.
class Trilu : public Mover {
 public:
  std::string_view op_type() const override { return "Trilu"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    if (data.shape.size() < 2) {
      throw InvalidModel(fmt::format("shape {} holds no matrices", to_text(data.shape)));
    }
    if (const auto* k = optional(context, 1)) {
      const std::int64_t count = product(k->shape, 0, k->shape.size());
      if (k->type != ElementType::i64 || (count >= 0 && count != 1)) {
        throw InvalidModel("'k' must be one i64");
      }
    }
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const Tensor& data = *inputs[0];
    Tensor out(info.type, info.shape);
    const bool has_k = inputs.size() > 1 && inputs[1] != nullptr;
    const std::int64_t k = has_k ? inputs[1]->data<std::int64_t>()[0] : 0;
    const bool upper = node.int_attribute("upper", 1) != 0;
    std::size_t i = 0;
    for_each_index(info.shape, [&](const std::vector<std::int64_t>& index) {
      const std::int64_t right = index[index.size() - 1] - index[index.size() - 2];
      if (upper ? right >= k : right <= k) copy_elements(data, i, out, i);
      ++i;
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_trilu() { return std::make_unique<Trilu>(); }

}  // namespace paretune::model
