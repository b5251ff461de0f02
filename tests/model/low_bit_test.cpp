// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "model/convert.h"
#include "model/onnx/reader.h"
#include "model/onnx/writer.h"
#include "tests/model/python.h"

namespace paretune::model {
namespace {

constexpr std::array small_floats = {ElementType::f8e4m3fn, ElementType::f8e4m3fnuz,
                                     ElementType::f8e5m2, ElementType::f8e5m2fnuz,
                                     ElementType::f4e2m1};
constexpr std::array small_integers = {ElementType::u4, ElementType::i4, ElementType::u2,
                                       ElementType::i2};

/// What ml_dtypes and onnx say, in a folder.
class Expected {
 public:
  Expected() : folder_(fresh_folder("low_bit")) {
    run_python("low_bit_values.py", {folder_.string()});
  }

  const std::filesystem::path& folder() const { return folder_; }
  Tensor read(const std::string& name) const { return read_tensor(folder_ / (name + ".pb")); }
  Tensor read(ElementType type, const std::string& what) const {
    return read(fmt::format("{}_{}", to_text(type), what));
  }

 private:
  std::filesystem::path folder_;
};

void expect_codes(const Tensor& inputs, const Tensor& actual, const Tensor& expected) {
  for (std::size_t i = 0; i < inputs.count(); ++i) {
    EXPECT_EQ(int{bits8(actual)[i]}, int{expected.data<std::uint8_t>()[i]})
        << to_text(actual.type()) << " of " << inputs.data<float>()[i];
  }
}

bool same(float a, float b) {
  return std::isnan(b) ? std::isnan(a) : a == b && std::signbit(a) == std::signbit(b);
}

void check_every_code(const Expected& expected, ElementType type) {
  const Tensor values = expected.read(type, "values");
  ASSERT_EQ(values.count(), type == ElementType::f4e2m1 ? 16U : 256U);
  Tensor codes(type, values.shape());
  for (std::size_t i = 0; i < codes.count(); ++i) bits8(codes)[i] = static_cast<std::uint8_t>(i);
  const Tensor actual = converted(codes, ElementType::f32);
  // And back: numbers of a format come out of it unchanged, infinity unless it is bounded.
  const Conversion open{false, {}};
  const Tensor again = converted(converted(values, type, open), ElementType::f32);
  for (std::size_t i = 0; i < codes.count(); ++i) {
    const float value = values.data<float>()[i];
    EXPECT_TRUE(same(actual.data<float>()[i], value)) << to_text(type) << " code " << i;
    EXPECT_TRUE(same(again.data<float>()[i], value)) << to_text(type) << " code " << i;
  }
}

void check_rounding(const Expected& expected, ElementType type) {
  const Tensor inputs = expected.read("inputs");
  expect_codes(inputs, converted(inputs, type, {false, {}}), expected.read(type, "codes"));
  expect_codes(inputs, converted(inputs, type, {true, {}}), expected.read(type, "saturated"));
}

void check_scales(const Expected& expected, ScaleRounding rounding, const std::string& what) {
  const Tensor scales = expected.read("scales");
  expect_codes(scales, converted(scales, ElementType::f8e8m0, {true, rounding}),
               expected.read(ElementType::f8e8m0, what));
}

void check_packing(const Expected& expected, ElementType type) {
  const Tensor packed = expected.read(type, "packed"), plain = expected.read(type, "plain");
  ASSERT_EQ(packed.type(), type);
  EXPECT_EQ(converted(packed, ElementType::i8), plain) << to_text(type);
  EXPECT_EQ(converted(plain, type), packed) << to_text(type);
  write_tensor(packed, "again", expected.folder() / "again.pb");
  EXPECT_EQ(expected.read("again"), packed) << to_text(type);
}

// One test, as the values take a second to make.
TEST(LowBit, AgreesWithMlDtypes) {
  const Expected expected;
  for (const ElementType type : small_floats) {
    check_every_code(expected, type);
    check_rounding(expected, type);
  }
  check_every_code(expected, ElementType::f8e8m0);
  check_scales(expected, ScaleRounding::up, "up");
  check_scales(expected, ScaleRounding::down, "down");
  check_scales(expected, ScaleRounding::nearest, "nearest");
  for (const ElementType type : small_integers) check_packing(expected, type);
}

// The table of ONNX Cast-25.
TEST(LowBit, ScalesBeyondTheRange) {
  const float infinity = INFINITY;
  const Tensor ends = Tensor::of<double>({5}, {0.0, 1e-60, 1e60, infinity, NAN});
  const Tensor bounded = converted(ends, ElementType::f8e8m0);
  const Tensor open = converted(ends, ElementType::f8e8m0, {false, ScaleRounding::nearest});
  const std::array<int, 5> expected = {0, 0, 254, 254, 255};
  for (std::size_t i = 0; i < ends.count(); ++i) {
    EXPECT_EQ(int{bits8(bounded)[i]}, expected[i]);
    EXPECT_EQ(int{bits8(open)[i]}, 255);
  }
}

TEST(LowBit, NotANumber) {
  for (const ElementType type : small_floats) {
    const Tensor nan = Tensor::of<float>({1}, {NAN});
    const float back = converted(converted(nan, type), ElementType::f32).data<float>()[0];
    EXPECT_EQ(std::isnan(back), type != ElementType::f4e2m1) << to_text(type);
  }
}

TEST(Convert, IntegersWrapAndFloatsSaturate) {
  const Tensor wide = Tensor::of<std::int64_t>({4}, {300, -1, -129, 1LL << 40});
  EXPECT_EQ(converted(wide, ElementType::u8), Tensor::of<std::uint8_t>({4}, {44, 255, 127, 0}));
  EXPECT_EQ(converted(wide, ElementType::i8), Tensor::of<std::int8_t>({4}, {44, -1, 127, 0}));
  const Tensor real = Tensor::of<float>({4}, {300.7F, -1.7F, -1e30F, NAN});
  EXPECT_EQ(converted(real, ElementType::u8), Tensor::of<std::uint8_t>({4}, {255, 0, 0, 0}));
  EXPECT_EQ(converted(real, ElementType::i64),
            Tensor::of<std::int64_t>({4}, {300, -1, INT64_MIN, 0}));
  const Tensor huge = Tensor::of<std::uint64_t>({2}, {UINT64_MAX, (1ULL << 63) + 1});
  EXPECT_EQ(converted(huge, ElementType::i64), Tensor::of<std::int64_t>({2}, {-1, INT64_MIN + 1}));
  EXPECT_EQ(converted(converted(huge, ElementType::i64), ElementType::u64), huge);
}

}  // namespace
}  // namespace paretune::model
