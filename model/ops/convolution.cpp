// SPDX-License-Identifier: Apache-2.0
#include "model/ops/convolution.h"

#include <fmt/format.h>

#include "model/errors.h"
#include "model/ops/rules.h"

namespace paretune::model {

Shape Convolution::output() const {
  Shape shape = {batch, outputs};
  shape.insert(shape.end(), window.out.begin(), window.out.end());
  return shape;
}

Convolution convolution_of(const Node& node, const ValueInfo& data, const ValueInfo& weight) {
  if (data.shape.size() != weight.shape.size()) {
    throw InvalidModel(fmt::format("data {} and weight {} must have the same rank",
                                   to_text(data.shape), to_text(weight.shape)));
  }
  const Shape kernel = spatial(weight.shape);
  if (std::ranges::count(weight.shape, -1) > 0) {
    throw UnsupportedModel("a weight of unknown shape is not supported");
  }
  Convolution result;
  result.batch = data.shape[0];
  result.outputs = weight.shape[0];
  result.inputs = weight.shape[1];
  result.group = node.int_attribute("group", 1);
  if (result.group < 1 || result.outputs % result.group != 0) {
    throw InvalidModel(fmt::format("{} output channels do not divide into {} groups",
                                   result.outputs, result.group));
  }
  std::int64_t channels = 0;
  if (__builtin_mul_overflow(result.inputs, result.group, &channels)) {
    throw InvalidModel("the weight has more channels than 63 bits can count");
  }
  require_dim(data, 1, channels, "weight channels times groups");
  result.window = window_of(node, data, kernel);
  if (result.window.kernel != kernel) {
    throw InvalidModel(
        fmt::format("kernel_shape differs from the weight's shape {}", to_text(weight.shape)));
  }
  return result;
}

}  // namespace paretune::model
