// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "devices/device.h"
#include "kernels/conv_shape.h"
#include "tests/kernels/cases.h"

namespace paretune::kernels {
namespace {

using model::QuantParams;
using model::Tensor;
using model::Workload;

/// The definition of a convolution, output by output, from OIHW weights; integer layers sum int64.
double conv_at(const Workload& workload, const TestCase& from, std::int64_t image, std::int64_t oy,
               std::int64_t ox, std::int64_t k) {
  const auto at = conv_shape(workload);
  const bool integer = workload.tag("in") == "u8";
  const auto channels = at.c / at.group, group = k / (at.k / at.group);
  double sum = 0;
  std::int64_t integer_sum = 0;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t r = 0; r < at.r; ++r) {
      for (std::int64_t s = 0; s < at.s; ++s) {
        const auto y = oy * at.stride_h - at.pad_t + r * at.dilation_h;
        const auto x = ox * at.stride_w - at.pad_l + s * at.dilation_w;
        if (y < 0 || y >= at.h || x < 0 || x >= at.w) continue;
        const auto data = ((image * at.h + y) * at.w + x) * at.c + group * channels + c;
        const auto weight = ((k * channels + c) * at.r + r) * at.s + s;
        const auto& weights = from.weight.values;
        if (integer) {
          integer_sum +=
              (from.inputs[0].data<std::uint8_t>()[data] - from.constants.input.zero_point) *
              weights.data<std::int8_t>()[weight];
        } else {
          sum += double{from.inputs[0].data<float>()[data]} * double{weights.data<float>()[weight]};
        }
      }
    }
  }
  if (!integer) return sum;
  const auto& scales = from.weight.scales;
  return static_cast<double>(integer_sum) * double{from.constants.input.scale} *
         double{scales[scales.size() == 1 ? 0 : static_cast<std::size_t>(k)]};
}

double residual_at(const TestCase& from, std::size_t index) {
  const auto& residual = from.inputs[1];
  if (residual.type() == model::ElementType::f32) return residual.data<float>()[index];
  const auto& params = from.constants.residual;
  return double{params.scale} * (residual.data<std::uint8_t>()[index] - params.zero_point);
}

void expect_conv_equals_its_definition(const Workload& workload) {
  SCOPED_TRACE(workload.key());
  const auto from = make_case(workload, 3);
  const auto result = reference_run(workload, from->constants, from->inputs);
  const auto at = conv_shape(workload);
  std::size_t index = 0;
  for (std::int64_t image = 0; image < at.n; ++image) {
    for (std::int64_t pixel = 0; pixel < at.oh * at.ow; ++pixel) {
      for (std::int64_t k = 0; k < at.k; ++k, ++index) {
        double y = conv_at(workload, *from, image, pixel / at.ow, pixel % at.ow, k);
        if (at.bias) y += double{from->bias.data<float>()[static_cast<std::size_t>(k)]};
        if (at.add) y += residual_at(*from, index);
        if (at.relu) y = std::max(y, 0.0);
        ASSERT_NEAR(result.exact[index], y, 1e-9) << "element " << index;
      }
    }
  }
}

TEST(Reference, ConvolutionsEqualTheirDefinition) {
  for (const auto& types : {cases::f32, cases::int8_to_u8, cases::int8_tensor_to_u8}) {
    for (const auto& list : {cases::edge_convs(), cases::grouped_convs()}) {
      for (const auto& at : list) expect_conv_equals_its_definition(cases::conv(at, types));
    }
  }
}

TEST(Reference, GemmIsAPointConvolution) {
  for (const auto& types : {cases::f32, cases::int8_to_u8}) {
    for (const auto& workload : cases::gemms(types)) expect_conv_equals_its_definition(workload);
  }
}

/// A 1x1x1 layer with chosen numbers: y = (q - 10) * 0.5 * 3 * 0.25 + 1.
std::uint8_t requantized(std::uint8_t data, QuantParams output) {
  TestCase from;
  from.inputs = {Tensor::of<std::uint8_t>({1, 1}, {data})};
  from.weight = {Tensor::of<std::int8_t>({1, 1}, {3}), {0.25F}};
  from.bias = Tensor::of<float>({1}, {1.0F});
  from.constants = {&from.weight, &from.bias, {0.5F, 10}, {}, output};
  const auto workload = cases::gemm(1, 1, 1, 1, 0, 0, cases::int8_to_u8);
  return reference_run(workload, from.constants, from.inputs).output.data<std::uint8_t>()[0];
}

TEST(Reference, RequantizesHalfToEvenAndSaturates) {
  EXPECT_EQ(requantized(10, {1.0F, 0}), 1);      // y = 1
  EXPECT_EQ(requantized(10, {2.0F, 100}), 100);  // 0.5 rounds to 0
  EXPECT_EQ(requantized(14, {1.0F, 100}), 102);  // 2.5 rounds to 2
  EXPECT_EQ(requantized(18, {2.0F, 100}), 102);  // 2.0
  EXPECT_EQ(requantized(22, {1.0F, 100}), 106);  // 5.5 rounds to 6
  EXPECT_EQ(requantized(255, {0.1F, 0}), 255);
  EXPECT_EQ(requantized(0, {0.1F, 3}), 0);
}

TEST(Reference, MaxPoolIgnoresPadding) {
  auto workload = cases::max_pool(1, 1, 2, 3, 2, 1, "f32");
  const std::vector<Tensor> input = {Tensor::of<float>({1, 2, 2, 1}, {-4, -3, -2, -1})};
  const auto result = reference_run(workload, {}, input);
  EXPECT_THAT(result.exact, testing::ElementsAre(-1));
}

TEST(Reference, ConvertReordersAndQuantizes) {
  const auto workload = cases::convert(1, 2, 1, 3, "f32/nchw", "u8/nhwc");
  Constants constants;
  constants.output = {0.5F, 10};
  const std::vector<Tensor> input = {Tensor::of<float>({1, 2, 1, 3}, {0, 1, 2, 10, -20, 500})};
  const auto result = reference_run(workload, constants, input);
  const auto out = result.output.data<std::uint8_t>();
  EXPECT_THAT(std::vector<int>(out.begin(), out.end()),
              testing::ElementsAre(10, 30, 12, 0, 14, 255));
}

TEST(Reference, AverageAndAdd) {
  const auto mean = reference_run(cases::average_pool(1, 2, 1, 2), {},
                                  {Tensor::of<float>({1, 1, 2, 2}, {1, 10, 3, 30})});
  EXPECT_THAT(mean.exact, testing::ElementsAre(2, 20));
  const auto sum = reference_run(cases::add(2, 1, "f32"), {},
                                 {Tensor::of<float>({2}, {1, 2}), Tensor::of<float>({2}, {-3, 5})});
  EXPECT_THAT(sum.exact, testing::ElementsAre(0, 7));
}

TEST(MakeCase, IsDeterministicAndSpreadsItsOutputs) {
  const auto workload = cases::conv(cases::square(16, 14, 16, 3, 1, 1, 1, 1), cases::int8_to_u8);
  const auto a = make_case(workload, 5), b = make_case(workload, 5), c = make_case(workload, 6);
  EXPECT_EQ(a->inputs, b->inputs);
  EXPECT_EQ(a->weight.values, b->weight.values);
  EXPECT_NE(a->inputs, c->inputs);
  const auto result = reference_run(workload, a->constants, a->inputs);
  const auto levels = result.output.data<std::uint8_t>();
  const std::set<std::uint8_t> distinct(levels.begin(), levels.end());
  EXPECT_GT(distinct.size(), 100U);
}

TEST(Compare, CatchesOneWrongElementAndNaN) {
  const auto workload = cases::conv(cases::square(4, 5, 8, 3, 1, 1));
  const auto from = make_case(workload, 1);
  const auto expected = reference_run(workload, from->constants, from->inputs);
  auto actual = expected.output;
  EXPECT_EQ(compare(workload, expected, actual), "");
  auto values = actual.data<float>();
  values[17] += 1e-4F;
  EXPECT_THAT(compare(workload, expected, actual), testing::HasSubstr("element [0,0,2,1]"));
  values[17] = std::nanf("");
  EXPECT_THAT(compare(workload, expected, actual), testing::HasSubstr("[0,0,2,1] is nan"));
}

TEST(Compare, AllowsOneStepOfU8) {
  const auto workload = cases::conv(cases::square(4, 5, 8, 3, 1, 1), cases::int8_to_u8);
  const auto from = make_case(workload, 1);
  const auto expected = reference_run(workload, from->constants, from->inputs);
  auto actual = expected.output;
  auto& value = actual.data<std::uint8_t>()[3];
  const auto away = static_cast<std::uint8_t>(value < 100 ? value + 1 : value - 1);
  const auto further = static_cast<std::uint8_t>(value < 100 ? value + 2 : value - 2);
  value = away;
  EXPECT_EQ(compare(workload, expected, actual), "");
  value = further;
  EXPECT_NE(compare(workload, expected, actual), "");
}

}  // namespace
}  // namespace paretune::kernels
