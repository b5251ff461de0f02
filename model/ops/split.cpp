// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_split_input = 13;
constexpr std::int64_t first_opset_with_num_outputs = 18;

/// Parts of equal size, the last one smaller where `dim` does not divide (Split-18).
std::vector<std::int64_t> equal_parts(std::int64_t dim, std::size_t count, bool may_be_uneven) {
  const auto parts = static_cast<std::int64_t>(count);
  if (dim < 0) return std::vector<std::int64_t>(count, -1);
  if (dim % parts != 0 && !may_be_uneven) {
    throw InvalidModel(fmt::format("a dimension of {} does not divide into {} parts", dim, parts));
  }
  const std::int64_t size = dim / parts + (dim % parts == 0 ? 0 : 1);
  std::vector<std::int64_t> sizes;
  for (std::int64_t rest = dim; sizes.size() < count; rest -= sizes.back()) {
    sizes.push_back(std::min(size, rest));
  }
  return sizes;
}

void check_parts(const std::vector<std::int64_t>& sizes, std::int64_t dim, std::size_t count) {
  if (sizes.size() != count) {
    throw InvalidModel(fmt::format("{} sizes are given for {} parts", sizes.size(), count));
  }
  std::int64_t sum = 0;
  for (const std::int64_t size : sizes) {
    if (size < 0 || __builtin_add_overflow(sum, size, &sum)) {
      throw InvalidModel(fmt::format("a part cannot have size {}", size));
    }
  }
  if (dim >= 0 && sum != dim) {
    throw InvalidModel(fmt::format("the parts sum to {} but the dimension is {}", sum, dim));
  }
}

/// Size of each part along the axis; -1 where it is free.
std::vector<std::int64_t> sizes_of(const InferContext& context, std::int64_t dim) {
  const std::size_t count = context.node.outputs.size();
  if (count == 0) throw InvalidModel("it has no outputs");
  const bool by_input = context.opset >= first_opset_with_split_input;
  if (by_input && optional(context, 1) != nullptr) {
    const Tensor* split = constant(context, 1);
    if (split == nullptr) return std::vector<std::int64_t>(count, -1);
    const auto sizes = int64_values(*split);
    check_parts(sizes, dim, count);
    return sizes;
  }
  if (!by_input && context.node.attributes.contains("split")) {
    const auto sizes = context.node.ints_attribute("split", {});
    check_parts(sizes, dim, count);
    return sizes;
  }
  const auto asked = context.node.int_attribute("num_outputs", static_cast<std::int64_t>(count));
  if (asked != static_cast<std::int64_t>(count)) {
    throw InvalidModel(fmt::format("num_outputs is {} but there are {} outputs", asked, count));
  }
  return equal_parts(dim, count, context.opset >= first_opset_with_num_outputs);
}

/// ONNX Split-18 (and 2, 11, 13).
class Split : public Mover {
 public:
  std::string_view op_type() const override { return "Split"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    const auto axis = normalized_axis(context.node.int_attribute("axis", 0), data.shape.size());
    std::vector<ValueInfo> parts;
    for (const std::int64_t size : sizes_of(context, data.shape[axis])) {
      parts.push_back(output_of(data.type, data.shape));
      parts.back().shape[axis] = size;
    }
    return parts;
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto infos = infer_from(*this, node, opset, inputs);
    const Tensor& data = *inputs[0];
    const auto axis = normalized_axis(node.int_attribute("axis", 0), data.rank());
    std::vector<Tensor> parts;
    std::int64_t begin = 0;
    for (const auto& info : infos) {
      Tensor part(info.type, info.shape);
      copy_by_axis(data, part,
                   [&](std::size_t d, std::int64_t i) { return d == axis ? begin + i : i; });
      begin += part.dim(axis);
      parts.push_back(std::move(part));
    }
    return parts;
  }
};

}  // namespace

std::unique_ptr<Operator> make_split() { return std::make_unique<Split>(); }

}  // namespace paretune::model
