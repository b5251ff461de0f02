// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/graph.h"

namespace paretune::model {

/// How Resize finds one output element along one axis: the sum over weights[i] * input[first + i],
/// indices clamped to the input; or a fixed value.
struct ResizeSample {
  std::int64_t first = 0;
  std::vector<double> weights;
  bool outside = false;  ///< takes extrapolation_value (tf_crop_and_resize)
};

/// The attributes of Resize and Upsample that say how elements are sampled (ONNX Resize-19).
struct ResizeRule {
  std::string mode;         ///< nearest, linear, cubic
  std::string coordinates;  ///< coordinate_transformation_mode
  std::string nearest;      ///< nearest_mode
  double cubic_a = -0.75;
  bool exclude_outside = false;
  bool antialias = false;
  double extrapolation = 0;
};

/// Reads the attributes; operator sets before 11 have fixed ones (asymmetric, floor). Throws
/// InvalidModel for a value ONNX does not define.
ResizeRule resize_rule(const Node& node, std::int64_t opset);

/// One axis: sizes, factor and, for tf_crop_and_resize, the part of the input.
struct ResizeAxis {
  std::int64_t in = 0, out = 0;
  double scale = 1;
  double roi_begin = 0, roi_end = 1;
};

/// Most weights of one sample; an antialiasing filter that needs more is refused.
constexpr std::int64_t largest_resize_filter = std::int64_t{1} << 24;

/// What output element `at` of the axis is made of. Throws InvalidModel when the scale asks for a
/// filter wider than largest_resize_filter.
ResizeSample resize_sample(const ResizeRule& rule, const ResizeAxis& axis, std::int64_t at);

}  // namespace paretune::model
