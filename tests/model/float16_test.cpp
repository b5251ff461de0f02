// SPDX-License-Identifier: Apache-2.0
#include "model/float16.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace paretune::model {
namespace {

TEST(Float16, EveryPatternSurvives) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto pattern = static_cast<std::uint16_t>(bits);
    const float half = f16_to_float(pattern), brain = bf16_to_float(pattern);
    if (!std::isnan(half)) {
      ASSERT_EQ(f16_from_double(half), pattern);
    }
    if (!std::isnan(brain)) {
      ASSERT_EQ(bf16_from_float(brain), pattern);
      ASSERT_EQ(bf16_from_double(brain), pattern);
    } else {
      ASSERT_TRUE(std::isnan(bf16_to_float(bf16_from_float(brain))));
    }
  }
}

TEST(Float16, RoundsHalfToEven) {
  EXPECT_EQ(bf16_from_float(std::bit_cast<float>(0x3F808000U)), 0x3F80);
  EXPECT_EQ(bf16_from_float(std::bit_cast<float>(0x3F818000U)), 0x3F82);
  EXPECT_EQ(bf16_from_float(std::bit_cast<float>(0x3F808001U)), 0x3F81);
  EXPECT_EQ(f16_from_double(2049.0), f16_from_double(2048.0));
  EXPECT_EQ(f16_from_double(2051.0), f16_from_double(2052.0));
  EXPECT_EQ(f16_from_double(65519.0), 0x7BFF);
  EXPECT_EQ(f16_from_double(65520.0), 0x7C00);
  // Through float this would round twice, to 2048.
  EXPECT_EQ(f16_from_double(2049.0 + 1e-12), f16_from_double(2050.0));
}

TEST(Float16, BothWaysToBfloat16Agree) {
  std::mt19937 generator(1);
  for (int i = 0; i < 100000; ++i) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(generator()));
    if (std::isnan(value)) continue;
    ASSERT_EQ(bf16_from_float(value), bf16_from_double(value)) << value;
  }
}

}  // namespace
}  // namespace paretune::model
