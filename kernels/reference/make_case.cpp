// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <random>

#include "kernels/conv_shape.h"
#include "kernels/reference/reference.h"
#include "model/float16.h"

namespace paretune::kernels {
namespace {

using Random = std::mt19937_64;

/// Uniform in [low, high); built from the engine's bits so that every standard library agrees.
double uniform(Random& random, double low, double high) {
  return low + (high - low) * (static_cast<double>(random() >> 11) * 0x1.0p-53);
}

std::int64_t integer(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
}

model::Tensor make_input(Random& random, model::ElementType type, const model::Shape& shape) {
  model::Tensor tensor(type, shape);
  if (type == model::ElementType::u8) {
    for (auto& value : tensor.data<std::uint8_t>()) {
      value = static_cast<std::uint8_t>(integer(random, 0, 255));
    }
  } else {
    for (auto& value : tensor.data<float>()) value = static_cast<float>(uniform(random, -1, 1));
  }
  return tensor;
}

void make_weight(Random& random, const model::Workload& workload, const ConvShape& shape,
                 model::QuantizedWeight& weight) {
  const auto tag = workload.tag("wei");
  const model::Shape dims = workload.family == "gemm"
                                ? model::Shape{shape.k, shape.c}
                                : model::Shape{shape.k, shape.c / shape.group, shape.r, shape.s};
  if (tag == "s8_tensor" || tag == "s8_channel") {
    weight.values = model::Tensor(model::ElementType::i8, dims);
    for (auto& value : weight.values.data<std::int8_t>()) {
      value = static_cast<std::int8_t>(integer(random, -127, 127));
    }
    const std::int64_t scales = tag == "s8_tensor" ? 1 : shape.k;
    for (std::int64_t i = 0; i < scales; ++i) {
      weight.scales.push_back(static_cast<float>(uniform(random, 0.5, 1.5) / 127));
    }
  } else if (tag == "bf16") {
    weight.values = model::Tensor(model::ElementType::u16, dims);
    for (auto& value : weight.values.data<std::uint16_t>()) {
      value = model::bf16_from_float(static_cast<float>(uniform(random, -1, 1)));
    }
  } else if (tag == "f16") {
    weight.values = model::Tensor(model::ElementType::f16, dims);
    for (auto& value : model::bits16(weight.values)) {
      value = model::f16_from_double(uniform(random, -1, 1));
    }
  } else {
    weight.values = make_input(random, model::ElementType::f32, dims);
  }
}

/// u8 parameters whose range holds about `reach` around zero; zero points differ from case to case.
model::QuantParams spread(Random& random, double reach, bool positive) {
  const auto zero_point = positive ? integer(random, 0, 5) : integer(random, 90, 160);
  const double steps = positive ? 250.0 : 90.0;
  return {static_cast<float>(reach / steps), static_cast<std::int32_t>(zero_point)};
}

}  // namespace

std::unique_ptr<TestCase> make_case(const model::Workload& workload, std::uint64_t seed) {
  Random random(seed);
  auto made = std::make_unique<TestCase>();
  const auto& family = workload.family;
  const bool relu =
      family == "relu" || (workload.dims.count("relu") != 0 && workload.dim("relu") != 0);
  for (int i = 0; i < input_count(workload); ++i) {
    // The residual has the output's shape; for family add both shapes are equal.
    const auto shape = i == 0 ? input_shape(workload) : output_shape(workload);
    made->inputs.push_back(make_input(random, input_type(workload), shape));
  }
  auto& constants = made->constants;
  constants.input = spread(random, 1.0, false);
  constants.residual = spread(random, 1.0, false);
  constants.output = family == "max_pool" || family == "relu" || family == "convert"
                         ? constants.input
                         : spread(random, 1.5, relu);
  if (family == "conv" || family == "gemm") {
    const auto shape = conv_shape(workload);
    make_weight(random, workload, shape, made->weight);
    made->bias = make_input(random, model::ElementType::f32, {shape.k});
    constants.weight = &made->weight;
    if (shape.bias) constants.bias = &made->bias;
    // Products of uniforms in [-1,1] have a standard deviation of 1/3; three of the sum's
    // deviations reach nearly to the ends of u8 without much clipping.
    const double reach = std::sqrt(static_cast<double>(shape.reduction())) + 1.0;
    constants.output = spread(random, reach, relu);
  }
  return made;
}

}  // namespace paretune::kernels
