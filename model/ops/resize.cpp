// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "model/convert.h"
#include "model/ops/factories.h"
#include "model/ops/resize_axis.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_roi = 11;

/// The numbers of a constant floating input; none when it is omitted.
std::vector<double> numbers(const Tensor* tensor) {
  if (tensor == nullptr) return {};
  const Tensor wide = converted(*tensor, ElementType::f64);
  const auto data = wide.data<double>();
  return {data.begin(), data.end()};
}

/// The axes that roi, scales and sizes speak of: all without attribute 'axes'.
std::vector<std::size_t> axes_of_resize(const Node& node, std::size_t rank) {
  std::vector<std::size_t> axes;
  if (!node.attributes.contains("axes")) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), std::size_t{0});
    return axes;
  }
  std::set<std::size_t> seen;
  for (const std::int64_t axis : node.ints_attribute("axes", {})) {
    axes.push_back(normalized_axis(axis, rank));
    if (!seen.insert(axes.back()).second) throw InvalidModel("an axis is named twice");
  }
  return axes;
}

void require_length(std::size_t have, std::size_t want, std::string_view what) {
  if (have != want) {
    throw InvalidModel(fmt::format("{} has {} entries but needs {}", what, have, want));
  }
}

/// floor(dim * scale) in f32, as ONNX's own shape inference computes it.
std::int64_t scaled(std::int64_t dim, double scale) {
  const double out = std::floor(static_cast<float>(dim) * static_cast<float>(scale));
  if (!(scale > 0) || !(out < 0x1p60)) {
    throw InvalidModel(fmt::format("a scale of {} is unusable", scale));
  }
  return static_cast<std::int64_t>(out);
}

/// Where the inputs of an operator set stand.
struct ResizeInputs {
  std::size_t scales, sizes, roi;
};

class AxesBuilder {
 public:
  AxesBuilder(const Node& node, const Shape& in)
      : node_(node), which_(axes_of_resize(node, in.size())) {
    for (const std::int64_t dim : in) axes_.push_back({dim, dim, 1, 0, 1});
  }

  void add_scales(const std::vector<double>& scales) {
    require_length(scales.size(), which_.size(), "the list of scales");
    for (std::size_t i = 0; i < which_.size(); ++i) {
      ResizeAxis& axis = axes_[which_[i]];
      axis.scale = scales[i];
      axis.out = axis.in < 0 ? -1 : scaled(axis.in, scales[i]);
      scaled(1, scales[i]);
    }
  }

  void add_sizes(const std::vector<std::int64_t>& sizes) {
    require_length(sizes.size(), which_.size(), "the list of sizes");
    for (std::size_t i = 0; i < which_.size(); ++i) {
      ResizeAxis& axis = axes_[which_[i]];
      if (sizes[i] < 0 || sizes[i] > (std::int64_t{1} << 60)) {
        throw InvalidModel(fmt::format("a size of {} is unusable", sizes[i]));
      }
      axis.out = sizes[i];
      axis.scale = static_cast<double>(sizes[i]) / static_cast<double>(axis.in);
    }
    keep_aspect_ratio();
  }

  void add_roi(const std::vector<double>& roi) {
    require_length(roi.size(), 2 * which_.size(), "the region of interest");
    for (std::size_t i = 0; i < which_.size(); ++i) {
      axes_[which_[i]].roi_begin = roi[i];
      axes_[which_[i]].roi_end = roi[which_.size() + i];
    }
  }

  std::vector<ResizeAxis> take() {
    for (const ResizeAxis& axis : axes_) {
      if (axis.in == 0 && axis.out != 0) throw InvalidModel("nothing cannot be made larger");
    }
    return std::move(axes_);
  }

 private:
  /// not_larger and not_smaller: one scale for all axes, sizes rounded half up.
  void keep_aspect_ratio() {
    const std::string policy = node_.string_attribute("keep_aspect_ratio_policy", "stretch");
    if (policy == "stretch") return;
    if (policy != "not_larger" && policy != "not_smaller") {
      throw InvalidModel(fmt::format(
          "attribute 'keep_aspect_ratio_policy' is '{}', which ONNX does not define", policy));
    }
    bool free = false;
    double scale = policy == "not_larger" ? INFINITY : 0;
    for (const std::size_t i : which_) {
      free = free || axes_[i].in <= 0;
      scale = policy == "not_larger" ? std::min(scale, axes_[i].scale)
                                     : std::max(scale, axes_[i].scale);
    }
    for (const std::size_t i : which_) {
      axes_[i].out = -1;
      if (free) continue;
      const double out = std::floor(scale * static_cast<double>(axes_[i].in) + 0.5);
      if (!(out < 0x1p60)) throw InvalidModel("the resized shape is too large");
      axes_[i].scale = scale;
      axes_[i].out = static_cast<std::int64_t>(out);
    }
  }

  const Node& node_;
  std::vector<std::size_t> which_;
  std::vector<ResizeAxis> axes_;
};

bool given(const InferContext& context, std::size_t index) {
  const ValueInfo* value = optional(context, index);
  // An empty tensor stands for an omitted one (Resize-11).
  return value != nullptr && value->shape != Shape{0};
}

const Tensor* constant_input(const InferContext& context, std::size_t index) {
  return given(context, index) ? constant(context, index) : nullptr;
}

/// Sizes and scales of all axes; sizes are -1 where they are computed at run time.
std::vector<ResizeAxis> resize_axes(const InferContext& context, const ResizeRule& rule) {
  const auto& data = required(context, 0);
  const bool old = context.opset < first_opset_with_roi;
  const ResizeInputs at = old ? ResizeInputs{1, 9, 9} : ResizeInputs{2, 3, 1};
  AxesBuilder builder(context.node, data.shape);
  const bool attribute = context.node.attributes.contains("scales");
  if (attribute || given(context, at.scales) == given(context, at.sizes)) {
    const auto found = context.node.attributes.find("scales");
    const auto* scales = attribute ? std::get_if<std::vector<float>>(&found->second) : nullptr;
    if (scales == nullptr) throw InvalidModel("either scales or sizes must be given");
    builder.add_scales({scales->begin(), scales->end()});
    return builder.take();
  }
  const Tensor* scales = constant_input(context, at.scales);
  const Tensor* sizes = constant_input(context, at.sizes);
  if (scales == nullptr && sizes == nullptr) {
    std::vector<ResizeAxis> axes(data.shape.size());
    for (ResizeAxis& axis : axes) axis.out = -1;
    return axes;
  }
  if (scales != nullptr) builder.add_scales(numbers(scales));
  if (sizes != nullptr) builder.add_sizes(int64_values(*sizes));
  const Tensor* roi = constant_input(context, at.roi);
  if (rule.coordinates == "tf_crop_and_resize" && roi != nullptr) builder.add_roi(numbers(roi));
  return builder.take();
}

/// Resamples one axis of row-major data [outer, axis.in, inner].
std::vector<double> resample(const ResizeRule& rule, const ResizeAxis& axis,
                             const std::vector<double>& in, std::size_t outer, std::size_t inner) {
  const auto length = static_cast<std::size_t>(axis.in), size = static_cast<std::size_t>(axis.out);
  std::vector<double> out(outer * size * inner, 0.0);
  for (std::size_t i = 0; i < size; ++i) {
    const ResizeSample sample = resize_sample(rule, axis, static_cast<std::int64_t>(i));
    for (std::size_t o = 0; o < outer; ++o) {
      double* to = out.data() + (o * size + i) * inner;
      if (sample.outside) std::fill_n(to, inner, rule.extrapolation);
      for (std::size_t w = 0; w < sample.weights.size(); ++w) {
        const double weight = sample.weights[w];
        if (weight == 0) continue;
        const std::int64_t index =
            std::clamp<std::int64_t>(sample.first + static_cast<std::int64_t>(w), 0, axis.in - 1);
        const double* from = in.data() + (o * length + static_cast<std::size_t>(index)) * inner;
        for (std::size_t k = 0; k < inner; ++k) to[k] += weight * from[k];
      }
    }
  }
  return out;
}

/// ONNX Resize-19 (and 10, 11, 13, 18) and its forerunner Upsample-9 (and 7): every axis is
/// resampled in turn, in double; integers are rounded at the end.
class Resize : public Operator {
 public:
  explicit Resize(std::string_view op_type) : op_type_(op_type) {}

  std::string_view op_type() const override { return op_type_; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_arithmetic(data);
    Shape shape;
    for (const auto& axis : resize_axes(context, resize_rule(context.node, context.opset))) {
      shape.push_back(axis.out);
    }
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    std::vector<ValueInfo> infos(inputs.size());
    InferContext context{node, opset, {}, {inputs.begin(), inputs.end()}};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] != nullptr) infos[i] = {"", inputs[i]->type(), inputs[i]->shape(), {}};
      context.inputs.push_back(inputs[i] == nullptr ? nullptr : &infos[i]);
    }
    const ResizeRule rule = resize_rule(node, opset);
    const auto axes = resize_axes(context, rule);
    Shape result;
    for (const auto& axis : axes) result.push_back(axis.out);
    if (element_count(result) == 0) return {Tensor(inputs[0]->type(), result)};
    Shape shape = inputs[0]->shape();
    auto values = numbers(inputs[0]);
    for (std::size_t d = 0; d < axes.size(); ++d) {
      const ResizeAxis& axis = axes[d];
      shape[d] = axis.out;
      if (element_count(shape) > largest_elements) throw InvalidModel("the output is too large");
      const bool same = axis.in == axis.out && std::abs(axis.scale - 1) < 1e-9 &&
                        axis.roi_begin == 0 && axis.roi_end == 1;
      if (same) continue;
      values = resample(rule, axis, values, static_cast<std::size_t>(product(shape, 0, d)),
                        static_cast<std::size_t>(product(shape, d + 1, shape.size())));
    }
    Tensor out(ElementType::f64, shape);
    const bool floating =
        inputs[0]->type() == ElementType::f32 || inputs[0]->type() == ElementType::f64;
    std::ranges::transform(values, out.data<double>().begin(),
                           [floating](double v) { return floating ? v : std::nearbyint(v); });
    return {converted(out, inputs[0]->type())};
  }

 private:
  /// Doubles between two axes may outgrow the output; 2^27 of them are 1 GiB.
  static constexpr std::int64_t largest_elements = std::int64_t{1} << 27;

  std::string_view op_type_;
};

}  // namespace

std::unique_ptr<Operator> make_resize() { return std::make_unique<Resize>("Resize"); }
std::unique_ptr<Operator> make_upsample() { return std::make_unique<Resize>("Upsample"); }

}  // namespace paretune::model
