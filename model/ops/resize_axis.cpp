// SPDX-License-Identifier: Apache-2.0
#include "model/ops/resize_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/errors.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_modes = 11;

std::string choice(const Node& node, std::string_view attribute, std::string_view fallback,
                   const std::vector<std::string_view>& choices) {
  std::string value = node.string_attribute(attribute, fallback);
  if (std::ranges::find(choices, value) == choices.end()) {
    throw InvalidModel(
        fmt::format("attribute '{}' is '{}', which ONNX does not define", attribute, value));
  }
  return value;
}

/// The input coordinate of an output coordinate (the table of coordinate_transformation_mode).
double original(const ResizeRule& rule, const ResizeAxis& axis, double at) {
  const auto in = static_cast<double>(axis.in);
  const double out = axis.scale * in;  // may be fractional, which axis.out is not
  const double centers = (at + 0.5) / axis.scale - 0.5;
  if (rule.coordinates == "align_corners") return out == 1 ? 0 : at * (in - 1) / (out - 1);
  if (rule.coordinates == "asymmetric") return at / axis.scale;
  if (rule.coordinates == "pytorch_half_pixel") return out == 1 ? -0.5 : centers;
  if (rule.coordinates == "half_pixel_symmetric") {
    return in / 2 * (1 - static_cast<double>(axis.out) / out) + centers;
  }
  if (rule.coordinates == "tf_crop_and_resize") {
    const double part = axis.roi_end - axis.roi_begin;
    return axis.roi_begin * (in - 1) +
           (out == 1 ? part * (in - 1) / 2 : at * part * (in - 1) / (out - 1));
  }
  if (rule.coordinates == "tf_half_pixel_for_nn") return (at + 0.5) / axis.scale;
  return centers;
}

double nearest_weight(const std::string& mode, double ratio) {
  if (mode == "floor") return 0;
  if (mode == "ceil") return 1;
  if (mode == "round_prefer_ceil") return ratio >= 0.5 ? 1 : 0;
  return ratio > 0.5 ? 1 : 0;
}

/// The triangle and Keys' cubic kernel (Cubic convolution interpolation, 1981) at distance x.
double kernel(const ResizeRule& rule, double x) {
  x = std::abs(x);
  if (rule.mode == "linear") return std::max(1 - x, 0.0);
  const double a = rule.cubic_a;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/// Weights of the elements from floor(x) + `begin` on, `ratio` being what x is above floor(x);
/// a filter is stretched by 1 / scale to antialias.
std::vector<double> filter(const ResizeRule& rule, double ratio, double scale, double& begin) {
  if (rule.mode == "nearest") {
    const double up = ratio == 0 ? 0 : nearest_weight(rule.nearest, ratio);
    begin = 0;
    return {1 - up, up};
  }
  const double radius = rule.mode == "linear" ? 1 : 2;
  const double stretch = rule.antialias ? std::min(scale, 1.0) : 1.0;
  begin = std::floor(-radius / stretch) + 1;
  const double count = 2 - 2 * begin;
  if (!(count <= static_cast<double>(largest_resize_filter))) {
    throw InvalidModel(fmt::format("a scale of {} is too small to antialias", scale));
  }
  std::vector<double> weights(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = kernel(rule, (begin + static_cast<double>(i) - ratio) * stretch);
  }
  return weights;
}

void normalize(std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (sum == 0) return;
  for (double& weight : weights) weight /= sum;
}

}  // namespace

ResizeRule resize_rule(const Node& node, std::int64_t opset) {
  ResizeRule rule;
  rule.mode = choice(node, "mode", "nearest", {"nearest", "linear", "cubic", "bilinear"});
  if (rule.mode == "bilinear") rule.mode = "linear";
  if (opset < first_opset_with_modes) {
    rule.coordinates = "asymmetric";
    rule.nearest = "floor";
    return rule;
  }
  rule.coordinates =
      choice(node, "coordinate_transformation_mode", "half_pixel",
             {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
              "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"});
  rule.nearest = choice(node, "nearest_mode", "round_prefer_floor",
                        {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
  rule.cubic_a = node.float_attribute("cubic_coeff_a", -0.75F);
  rule.exclude_outside = node.int_attribute("exclude_outside", 0) != 0;
  rule.antialias = node.int_attribute("antialias", 0) != 0;
  rule.extrapolation = node.float_attribute("extrapolation_value", 0);
  if (rule.antialias && rule.mode == "nearest") {
    throw InvalidModel("antialias needs mode linear or cubic");
  }
  return rule;
}

ResizeSample resize_sample(const ResizeRule& rule, const ResizeAxis& axis, std::int64_t at) {
  const auto in = static_cast<double>(axis.in);
  const double x = original(rule, axis, static_cast<double>(at));
  ResizeSample sample;
  if (rule.coordinates == "tf_crop_and_resize" && !(x >= 0 && x <= in - 1)) {
    sample.outside = true;
    return sample;
  }
  // Far outside every index is clamped to the edge all the same.
  const double clamped = std::isnan(x) ? 0.0 : std::clamp(x, -in - 2, 2 * in + 2);
  // An integer x counts as the end of the interval before it, so that 0 < ratio <= 1.
  double base = std::floor(clamped), ratio = clamped - base;
  double begin = 0;
  if (ratio == 0 && rule.mode != "nearest") {
    ratio = 1;
    base -= 1;
  }
  sample.weights = filter(rule, ratio, axis.scale, begin);
  sample.first = static_cast<std::int64_t>(base + begin);
  if (rule.antialias) normalize(sample.weights);
  if (rule.exclude_outside) {
    for (std::size_t i = 0; i < sample.weights.size(); ++i) {
      const std::int64_t index = sample.first + static_cast<std::int64_t>(i);
      if (index < 0 || index >= axis.in) sample.weights[i] = 0;
    }
    normalize(sample.weights);
  }
  return sample;
}

}  // namespace paretune::model
