// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "model/errors.h"
#include "model/float16.h"
#include "model/quant/scheme.h"
#include "tests/model/fixtures.h"

namespace paretune::model {
namespace {

Range random_range(std::mt19937& generator) {
  std::uniform_real_distribution<float> exponent(-12, 12), offset(-2, 2);
  const float size = std::pow(10.0F, exponent(generator));
  const float a = offset(generator) * size, b = offset(generator) * size;
  return {std::min(a, b), std::max(a, b)};
}

TEST(Quantization, ZeroIsExactAndErrorsAreHalfAStep) {
  std::mt19937 generator(3);
  for (int i = 0; i < 2000; ++i) {
    const Range range = random_range(generator);
    const QuantParams params = range.params_u8();
    ASSERT_GT(params.scale, 0.0F);
    ASSERT_EQ(quantize_u8(0.0F, params), params.zero_point);
    ASSERT_EQ(dequantize(params.zero_point, params), 0.0F);
    std::uniform_real_distribution<float> inside(std::min(range.min, 0.0F),
                                                 std::max(range.max, 0.0F));
    for (int j = 0; j < 20; ++j) {
      const float value = inside(generator);
      const float back = dequantize(quantize_u8(value, params), params);
      ASSERT_LE(std::fabs(back - value), params.scale * 0.5001F) << value;
    }
  }
}

TEST(Quantization, IsIdempotentAndMonotonic) {
  std::mt19937 generator(4);
  for (int i = 0; i < 500; ++i) {
    const QuantParams params = random_range(generator).params_u8();
    for (int q = 0; q < 256; ++q) {
      ASSERT_EQ(quantize_u8(dequantize(q, params), params), q);
    }
  }
}

TEST(Quantization, RoundsHalfToEvenAndSaturates) {
  const QuantParams params{1.0F, 10};
  EXPECT_EQ(quantize_u8(0.5F, params), 10);
  EXPECT_EQ(quantize_u8(1.5F, params), 12);
  EXPECT_EQ(quantize_u8(-0.5F, params), 10);
  EXPECT_EQ(quantize_u8(1e30F, params), 255);
  EXPECT_EQ(quantize_u8(-1e30F, params), 0);
  EXPECT_EQ(quantize_u8(NAN, params), 10);
  EXPECT_EQ(quantize_u8(INFINITY, params), 255);
}

TEST(Quantization, EmptyAndDegenerateRangesHaveAScale) {
  EXPECT_EQ(Range{}.params_u8(), QuantParams{});
  EXPECT_EQ((Range{0, 0}.params_u8()), QuantParams{});
  EXPECT_GT((Range{0, 1e-44F}.params_u8().scale), 0.0F);
  const auto widest = std::numeric_limits<float>::max();
  EXPECT_TRUE(std::isfinite(Range({-widest, widest}).params_u8().scale));
  Range range;
  range.add(Tensor::of<float>({4}, {1.0F, NAN, INFINITY, -2.0F}));
  EXPECT_EQ(range.min, -2.0F);
  EXPECT_EQ(range.max, 1.0F);
  EXPECT_THROW(range.add(Tensor(ElementType::i64, {1})), InvalidModel);
}

TEST(Schemes, AreListedByName) {
  std::vector<std::string> names;
  for (const auto& scheme : schemes()) {
    names.emplace_back(scheme->name());
    EXPECT_EQ(find_scheme(scheme->name()), scheme.get());
  }
  EXPECT_EQ(names,
            (std::vector<std::string>{"fp32", "fp16", "bf16", "int8_tensor", "int8_channel"}));
  EXPECT_EQ(find_scheme("int3"), nullptr);
}

TEST(Schemes, Int8WeightsAreWithinHalfAStepPerChannel) {
  Tensor weight = random_tensor({6, 3, 3, 3}, 5);
  for (float& value : weight.data<float>().subspan(27, 27)) value = 0;  // a dead channel
  for (float& value : weight.data<float>().subspan(54, 27)) value *= 100;
  for (const std::string name : {"int8_tensor", "int8_channel"}) {
    const auto stored = find_scheme(name)->quantize(weight, 0);
    ASSERT_EQ(stored.scales.size(), name == "int8_tensor" ? 1U : 6U);
    for (std::size_t i = 0; i < weight.count(); ++i) {
      const float scale = stored.scales[stored.scales.size() == 1 ? 0 : i / 27];
      const int q = stored.values.data<std::int8_t>()[i];
      ASSERT_GT(scale, 0.0F);
      ASSERT_GE(q, -127);
      ASSERT_LE(std::fabs(static_cast<float>(q) * scale - weight.data<float>()[i]),
                scale * 0.5001F);
    }
  }
}

TEST(Schemes, ChannelsOfATransposedWeightAreItsColumns) {
  const Tensor rows = random_tensor({5, 7}, 8);
  const QuantizedWeight columns = transposed({rows, {}});
  ASSERT_EQ(columns.values.shape(), (Shape{7, 5}));
  for (const std::string name : {"int8_tensor", "int8_channel", "bf16", "fp16"}) {
    const auto by_row = find_scheme(name)->quantize(rows, 0);
    const auto by_column = transposed(find_scheme(name)->quantize(columns.values, 1));
    EXPECT_EQ(by_column.scales, by_row.scales) << name;
    EXPECT_EQ(by_column.values, by_row.values) << name;
  }
}

TEST(Schemes, Bfloat16WeightsAreRounded) {
  const Tensor weight = random_tensor({4, 4}, 6);
  const auto stored = find_scheme("bf16")->quantize(weight, 0);
  ASSERT_EQ(stored.values.type(), ElementType::bf16);
  EXPECT_TRUE(stored.scales.empty());
  for (std::size_t i = 0; i < weight.count(); ++i) {
    const float value = weight.data<float>()[i];
    ASSERT_NEAR(bf16_to_float(bits16(stored.values)[i]), value, std::fabs(value) / 256);
  }
}

}  // namespace
}  // namespace paretune::model
