// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>

#include "model/ops/broadcasting.h"
#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// ONNX Where-16 (and 9): X where the condition holds, else Y; any element type.
class Where : public Operator {
 public:
  std::string_view op_type() const override { return "Where"; }
  bool takes_halves() const override { return true; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& condition = required(context, 0);
    const auto& x = required(context, 1);
    const auto& y = required(context, 2);
    if (condition.type != ElementType::boolean) throw InvalidModel("the condition must be bool");
    require_same_type(x, y);
    return {output_of(x.type, broadcast(condition.shape, broadcast(x.shape, y.shape)))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const std::size_t size = size_of(info.type);
    const auto condition = inputs[0]->data<bool>();
    const std::byte* x = inputs[1]->bytes().data();
    const std::byte* y = inputs[2]->bytes().data();
    std::byte* result = out.bytes().data();
    const std::array<Shape, 3> shapes = {inputs[0]->shape(), inputs[1]->shape(),
                                         inputs[2]->shape()};
    for (BroadcastWalk walk(shapes, info.shape); !walk.done(); walk.next()) {
      for (std::size_t i = 0; i < walk.length(); ++i, result += size) {
        const bool holds = condition[walk.offset(0) + i * walk.step(0)];
        const std::byte* from = holds ? x + (walk.offset(1) + i * walk.step(1)) * size
                                      : y + (walk.offset(2) + i * walk.step(2)) * size;
        std::memcpy(result, from, size);
      }
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_where() { return std::make_unique<Where>(); }

}  // namespace paretune::model
