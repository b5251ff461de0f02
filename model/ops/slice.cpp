// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "model/ops/axes.h"
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_inputs = 10;

/// Elements first, first + step ... of a dimension; `count` of them.
struct Range {
  std::int64_t first = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

/// What start:end:step selects from `dim` elements, out-of-range ends clamped.
Range range_of(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t dim) {
  if (step == 0) throw InvalidModel("a step is 0");
  const auto from_front = [&](std::int64_t value) { return value < 0 ? value + dim : value; };
  if (step > 0) {
    const std::int64_t first = std::clamp<std::int64_t>(from_front(start), 0, dim);
    const std::int64_t last = std::clamp<std::int64_t>(from_front(end), 0, dim);
    return {first, step, last > first ? (last - first - 1) / step + 1 : 0};
  }
  if (dim == 0) return {0, step, 0};
  const std::int64_t first = std::clamp<std::int64_t>(from_front(start), 0, dim - 1);
  const std::int64_t last = std::clamp<std::int64_t>(from_front(end), -1, dim - 1);
  const std::int64_t back = -std::max(step, -std::numeric_limits<std::int64_t>::max());
  return {first, step, first > last ? (first - last - 1) / back + 1 : 0};
}

/// The four lists, as far as they are known before run time.
struct Lists {
  std::optional<std::vector<std::int64_t>> starts, ends, axes, steps;
};

/// Input `index`; `fallback` when it is omitted, nullopt when it is computed at run time.
std::optional<std::vector<std::int64_t>> list(
    const InferContext& context, std::size_t index,
    const std::optional<std::vector<std::int64_t>>& fallback) {
  const ValueInfo* value = optional(context, index);
  if (value == nullptr) return fallback;
  require_index_type(*value);
  vector_length(*value);
  const Tensor* tensor = constant(context, index);
  if (tensor == nullptr) return std::nullopt;
  return index_values(*tensor);
}

Lists lists_of(const InferContext& context) {
  const Node& node = context.node;
  const bool by_input = context.opset >= first_opset_with_inputs;
  std::int64_t length = -1;
  Lists lists;
  if (by_input) {
    length = vector_length(required(context, 1));
    if (length < 0) length = vector_length(required(context, 2));
    lists.starts = list(context, 1, std::nullopt);
    lists.ends = list(context, 2, std::nullopt);
  } else {
    lists.starts = node.ints_attribute("starts", {});
    lists.ends = node.ints_attribute("ends", {});
    length = static_cast<std::int64_t>(lists.starts->size());
  }
  const auto rank = static_cast<std::int64_t>(required(context, 0).shape.size());
  if (length > rank) throw InvalidModel(fmt::format("{} slices of {} axes", length, rank));
  std::optional<std::vector<std::int64_t>> first_axes, ones;
  if (length >= 0) {
    ones.emplace(static_cast<std::size_t>(length), 1);
    first_axes.emplace(static_cast<std::size_t>(length));
    std::iota(first_axes->begin(), first_axes->end(), 0);
  }
  lists.axes = by_input ? list(context, 3, first_axes) : node.ints_attribute("axes", *first_axes);
  lists.steps = by_input ? list(context, 4, ones) : ones;
  return lists;
}

void check_lengths(const Lists& lists) {
  const std::size_t length = lists.axes->size();
  for (const auto* other : {&lists.starts, &lists.ends, &lists.steps}) {
    if (*other && (*other)->size() != length) {
      throw InvalidModel("starts, ends, axes and steps have different lengths");
    }
  }
}

/// ONNX Slice-13 (and 1, 10, 11).
class Slice : public Mover {
 public:
  std::string_view op_type() const override { return "Slice"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    Shape shape = data.shape;
    const Lists lists = lists_of(context);
    if (!lists.axes) return {output_of(data.type, Shape(shape.size(), -1))};
    check_lengths(lists);
    normalized_axes(*lists.axes, shape.size());
    for (std::size_t i = 0; i < lists.axes->size(); ++i) {
      const auto axis = normalized_axis((*lists.axes)[i], shape.size());
      const bool known = lists.starts && lists.ends && lists.steps && shape[axis] >= 0;
      shape[axis] =
          known
              ? range_of((*lists.starts)[i], (*lists.ends)[i], (*lists.steps)[i], shape[axis]).count
              : -1;
    }
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const Tensor& data = *inputs[0];
    Tensor out(info.type, info.shape);
    const auto ranges = ranges_of(node, opset, inputs);
    copy_by_axis(data, out, [&](std::size_t axis, std::int64_t i) {
      return ranges[axis].first + i * ranges[axis].step;
    });
    return {std::move(out)};
  }

 private:
  static std::vector<Range> ranges_of(const Node& node, std::int64_t opset,
                                      std::span<const Tensor* const> inputs) {
    const Shape& shape = inputs[0]->shape();
    std::vector<Range> ranges(shape.size());
    for (std::size_t axis = 0; axis < shape.size(); ++axis) ranges[axis].count = shape[axis];
    const ActualContext context(node, opset, inputs);
    const Lists lists = lists_of(context.get());
    for (std::size_t i = 0; i < lists.axes->size(); ++i) {
      const auto axis = normalized_axis((*lists.axes)[i], shape.size());
      ranges[axis] = range_of((*lists.starts)[i], (*lists.ends)[i], (*lists.steps)[i], shape[axis]);
    }
    return ranges;
  }
};

}  // namespace

std::unique_ptr<Operator> make_slice() { return std::make_unique<Slice>(); }

}  // namespace paretune::model
