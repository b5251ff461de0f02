// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "model/ops/axes.h"
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"
#include "model/ops/mover.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_inputs = 11;

enum class Mode { constant, reflect, edge, wrap };

Mode mode_of(const Node& node) {
  const std::string word = node.string_attribute("mode", "constant");
  constexpr std::array<std::string_view, 4> words = {"constant", "reflect", "edge", "wrap"};
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) throw InvalidModel("there is no mode '" + word + "'");
  return static_cast<Mode>(found - words.begin());
}

/// Elements added in front of and behind one axis; negative ones are taken away.
struct Amount {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Axes the pads are for, all by default; nullopt when computed at run time.
std::optional<std::vector<std::int64_t>> padded_axes(const InferContext& context,
                                                     std::size_t rank) {
  std::vector<std::int64_t> all(rank);
  std::iota(all.begin(), all.end(), 0);
  if (context.opset < first_opset_with_inputs || optional(context, 3) == nullptr) return all;
  require_index_type(required(context, 3));
  vector_length(required(context, 3));
  const Tensor* axes = constant(context, 3);
  if (axes == nullptr) return std::nullopt;
  return index_values(*axes);
}

/// Amount per axis, nullopt when computed at run time.
std::optional<std::vector<Amount>> amounts_of(const InferContext& context) {
  const std::size_t rank = required(context, 0).shape.size();
  const auto axes = padded_axes(context, rank);
  std::vector<std::int64_t> pads;
  if (context.opset < first_opset_with_inputs) {
    pads = context.node.ints_attribute("pads", {});
  } else {
    vector_length(required(context, 1));
    const Tensor* tensor = constant(context, 1);
    if (tensor == nullptr || !axes) return std::nullopt;
    pads = int64_values(*tensor);
  }
  normalized_axes(*axes, rank);
  if (pads.size() != 2 * axes->size()) {
    throw InvalidModel(fmt::format("{} pads are given for {} axes", pads.size(), axes->size()));
  }
  std::vector<Amount> amounts(rank);
  for (std::size_t i = 0; i < axes->size(); ++i) {
    amounts[normalized_axis((*axes)[i], rank)] = {pads[i], pads[axes->size() + i]};
  }
  return amounts;
}

std::int64_t padded(std::int64_t dim, const Amount& amount) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(dim, amount.begin, &result) || result < 0 ||
      __builtin_add_overflow(result, amount.end, &result) || result < 0) {
    throw InvalidModel(fmt::format("a dimension of {} cannot be padded by {} and {}", dim,
                                   amount.begin, amount.end));
  }
  return result;
}

/// The element of `dim` that element i of the padded axis shows, -1 for the constant. What negative
/// pads take away is not shown by the other end's padding either.
std::int64_t shown(std::int64_t i, std::int64_t dim, const Amount& amount, Mode mode) {
  const std::int64_t at = i - amount.begin;
  const std::int64_t first = std::max<std::int64_t>(0, -amount.begin);
  const std::int64_t count = dim - first - std::max<std::int64_t>(0, -amount.end);
  const std::int64_t last = first + count - 1;
  if (at >= first && at <= last) return at;
  if (mode == Mode::constant) return -1;
  if (count <= 0) throw InvalidModel("an empty axis has nothing to pad with");
  if (mode == Mode::edge) return std::clamp(at, first, last);
  const std::int64_t period = mode == Mode::wrap ? count : std::max<std::int64_t>(2 * count - 2, 1);
  const std::int64_t phase = ((at - first) % period + period) % period;
  return first + (phase < count ? phase : period - phase);
}

/// ONNX Pad-25 (and 2, 11, 13, 18 on).
class Pad : public Mover {
 public:
  std::string_view op_type() const override { return "Pad"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    mode_of(context.node);
    if (context.opset >= first_opset_with_inputs) {
      if (const auto* value = optional(context, 2)) require_same_type(data, *value);
    }
    Shape shape = data.shape;
    const auto amounts = amounts_of(context);
    for (std::size_t i = 0; i < shape.size(); ++i) {
      shape[i] = shape[i] >= 0 && amounts ? padded(shape[i], (*amounts)[i]) : -1;
    }
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const Tensor& data = *inputs[0];
    Tensor out(info.type, info.shape);
    const ActualContext context(node, opset, inputs);
    const auto amounts = *amounts_of(context.get());
    const Mode mode = mode_of(node);
    if (mode == Mode::constant) fill(context.get(), out);
    copy_by_axis(data, out, [&](std::size_t axis, std::int64_t i) {
      return shown(i, data.dim(axis), amounts[axis], mode);
    });
    return {std::move(out)};
  }

 private:
  /// With the constant, zero when there is none.
  static void fill(const InferContext& context, Tensor& out) {
    if (context.opset < first_opset_with_inputs) {
      const float value = context.node.float_attribute("value", 0);
      if (value == 0) return;
      return for_floating(out.type(), [&]<typename T>() {
        std::ranges::fill(out.data<T>(), static_cast<T>(value));
      });
    }
    const Tensor* value = constant(context, 2);
    if (value == nullptr) return;
    if (value->count() != 1) throw InvalidModel("the constant must be one element");
    for (std::size_t i = 0; i < out.count(); ++i) copy_elements(*value, 0, out, i);
  }
};

}  // namespace

std::unique_ptr<Operator> make_pad() { return std::make_unique<Pad>(); }

}  // namespace paretune::model
