// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

bool has_sign_bit(ElementType type) {
  return type == ElementType::f32 || type == ElementType::f64 || is_half(type);
}

/// False for zero and for minus zero.
bool is_set(const Tensor& tensor, std::size_t i) {
  const std::size_t size = size_of(tensor.type());
  std::vector<std::byte> element(
      tensor.bytes().begin() + static_cast<std::ptrdiff_t>(i * size),
      tensor.bytes().begin() + static_cast<std::ptrdiff_t>((i + 1) * size));
  if (has_sign_bit(tensor.type())) element.back() &= std::byte{0x7F};
  return std::ranges::any_of(element, [](std::byte byte) { return byte != std::byte{0}; });
}

/// ONNX NonZero-13 (and 9): one row per axis, one column per element that is not zero, in row-major
/// order.
class NonZero : public Mover {
 public:
  std::string_view op_type() const override { return "NonZero"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto rank = static_cast<std::int64_t>(required(context, 0).shape.size());
    return {output_of(ElementType::i64, {rank, -1})};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    infer_from(*this, node, opset, inputs);
    const Tensor& data = *inputs[0];
    std::vector<std::vector<std::int64_t>> found;
    std::size_t i = 0;
    for_each_index(data.shape(), [&](const std::vector<std::int64_t>& index) {
      if (is_set(data, i++)) found.push_back(index);
    });
    const auto count = static_cast<std::int64_t>(found.size());
    Tensor out(ElementType::i64, {static_cast<std::int64_t>(data.rank()), count});
    auto next = out.data<std::int64_t>().begin();
    for (std::size_t axis = 0; axis < data.rank(); ++axis) {
      for (const auto& index : found) *next++ = index[axis];
    }
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_non_zero() { return std::make_unique<NonZero>(); }

}  // namespace paretune::model
