// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "model/errors.h"
#include "model/ops/operator.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

using Ints = std::vector<std::int64_t>;

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

Tensor vector_of(const Ints& values) {
  return Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}

/// An input whose contents the rule sees, or only its type and shape.
struct Input {
  explicit Input(const Tensor& value)
      : info{"", value.type(), value.shape(), {}}, tensor(value), known(true) {}
  Input(ElementType type, Shape shape) : info{"", type, std::move(shape), {}} {}
  ValueInfo info;
  Tensor tensor;
  bool known = false;
};

Input data(Shape shape) { return {ElementType::f32, std::move(shape)}; }
Input computed(std::int64_t length) { return {ElementType::i64, {length}}; }
Input known(const Ints& values) { return Input(vector_of(values)); }

std::vector<ValueInfo> infer(const std::string& op, const std::vector<Input>& inputs,
                             std::map<std::string, Attribute> attributes = {},
                             std::size_t outputs = 1) {
  Node node{"n", op, "", {}, std::vector<std::string>(outputs, "y"), std::move(attributes)};
  InferContext context{node, 21, {}, {}};
  for (const auto& input : inputs) {
    node.inputs.emplace_back("x");
    context.inputs.push_back(&input.info);
    context.constants.push_back(input.known ? &input.tensor : nullptr);
  }
  return find_operator(op)->infer(context);
}

Shape shape_of(const std::string& op, const std::vector<Input>& inputs,
               std::map<std::string, Attribute> attributes = {}) {
  return infer(op, inputs, std::move(attributes)).at(0).shape;
}

// Only the rank is known, or some of the dimensions.
TEST(Moving, FreeDimensionsStayFree) {
  EXPECT_EQ(shape_of("Reshape", {data({-1, 16, 4, 4}), known({0, -1})}), (Shape{-1, 256}));
  EXPECT_EQ(shape_of("Reshape", {data({-1, -1, 8}), known({0, 0, 2, 4})}), (Shape{-1, -1, 2, 4}));
  EXPECT_EQ(shape_of("Reshape", {data({2, 3}), computed(3)}), (Shape{-1, -1, -1}));
  EXPECT_EQ(shape_of("Slice", {data({-1, 8}), known({1}), known({7}), known({1})}), (Shape{-1, 6}));
  EXPECT_EQ(shape_of("Slice", {data({4, 8}), computed(1), computed(1), known({1})}),
            (Shape{4, -1}));
  EXPECT_EQ(shape_of("Slice", {data({4, 8}), computed(-1), computed(-1)}), (Shape{-1, -1}));
  EXPECT_EQ(shape_of("Expand", {data({3, 1}), computed(4)}), (Shape{-1, -1, -1, -1}));
  EXPECT_EQ(shape_of("Tile", {data({3, -1}), known({2, 2})}), (Shape{6, -1}));
  EXPECT_EQ(shape_of("Pad", {data({-1, 4}), known({0, 1, 0, 1})}), (Shape{-1, 6}));
  EXPECT_EQ(shape_of("Squeeze", {data({1, -1, 1}), computed(2)}), (Shape{-1}));
  EXPECT_EQ(shape_of("Unsqueeze", {data({-1}), known({0, 2})}), (Shape{1, -1, 1}));
  EXPECT_EQ(shape_of("NonZero", {data({-1, -1, 2})}), (Shape{3, -1}));
  EXPECT_EQ(shape_of("OneHot", {computed(-1), {ElementType::i64, {}}, data({2})}), (Shape{-1, -1}));
  EXPECT_EQ(shape_of("GatherND", {data({-1, 5, 6}), {ElementType::i64, {-1, 2}}}), (Shape{-1, 6}));
}

TEST(Moving, RanksThatDependOnDataAreUnsupported) {
  EXPECT_THROW(infer("Reshape", {data({2, 3}), computed(-1)}), UnsupportedModel);
  EXPECT_THROW(infer("Expand", {data({2, 3}), computed(-1)}), UnsupportedModel);
  EXPECT_THROW(infer("ConstantOfShape", {computed(-1)}), UnsupportedModel);
  EXPECT_THROW(infer("Squeeze", {data({1, -1})}), UnsupportedModel);
  EXPECT_THROW(infer("GatherND", {data({2, 3}), computed(-1)}), UnsupportedModel);
}

// Each is one number away from something valid.
TEST(Moving, NonsenseIsRefused) {
  const Input matrix = data({4, 6});
  const std::vector<std::pair<std::string, std::vector<Input>>> tests = {
      {"Reshape", {matrix, known({5, -1})}},
      {"Reshape", {matrix, known({-1, -1})}},
      {"Reshape", {matrix, known({4, 6, 0})}},
      {"Reshape", {matrix, known({-2, 12})}},
      {"Reshape", {matrix, known({huge, huge})}},
      {"Slice", {matrix, known({0}), known({1}), known({2})}},
      {"Slice", {matrix, known({0}), known({1}), known({0}), known({0})}},
      {"Slice", {matrix, known({0, 0}), known({1}), known({0, 1})}},
      {"Slice", {matrix, known({0, 0, 0}), known({1, 1, 1})}},
      {"Expand", {matrix, known({5, 6})}},
      {"Expand", {matrix, known({-1, 6})}},
      {"Expand", {data({1, 1}), known({huge, huge})}},
      {"Tile", {matrix, known({1, -1})}},
      {"Tile", {matrix, known({1})}},
      {"Tile", {matrix, known({huge, 1})}},
      {"Pad", {matrix, known({0, 1, 0})}},
      {"Pad", {matrix, known({-3, 0, -2, 0})}},
      {"Pad", {matrix, known({huge, 0, huge, 0})}},
      {"Squeeze", {matrix, known({0})}},
      {"Unsqueeze", {matrix, known({0, 0})}},
      {"Unsqueeze", {matrix, known({4})}},
      {"Gather", {matrix, data({2})}},
      {"GatherElements", {matrix, {ElementType::i64, {2}}}},
      {"GatherElements", {matrix, {ElementType::i64, {2, 7}}}},
      {"GatherND", {matrix, {ElementType::i64, {1, 3}}}},
      {"ScatterND", {matrix, {ElementType::i64, {1, 1}}, data({1, 5})}},
      {"ConstantOfShape", {known({1 << 20, 1 << 20})}},
      {"ConstantOfShape", {known({-1})}},
      {"Trilu", {data({4})}},
      {"Split", {matrix, known({3, 2})}},
  };
  for (const auto& [op, inputs] : tests) {
    try {
      infer(op, inputs);
      ADD_FAILURE() << op << " lets it pass";
    } catch (const InvalidModel& error) {
      EXPECT_NE(std::string(error.what()), "");
    }
  }
}

std::vector<Tensor> evaluate(const std::string& op, const std::vector<Tensor>& inputs,
                             std::map<std::string, Attribute> attributes = {}) {
  const Node node{
      "n", op, "", std::vector<std::string>(inputs.size(), "x"), {"y"}, std::move(attributes)};
  std::vector<const Tensor*> pointers;
  for (const auto& input : inputs) pointers.push_back(&input);
  return find_operator(op)->evaluate(node, 21, pointers);
}

TEST(Moving, IndicesOutsideAreRefused) {
  const Tensor matrix(ElementType::f32, {2, 3});
  const Tensor outside = vector_of({2}), inside = vector_of({-2});
  EXPECT_THROW(evaluate("Gather", {matrix, outside}), InvalidModel);
  EXPECT_EQ(evaluate("Gather", {matrix, inside}).at(0).shape(), (Shape{1, 3}));
  EXPECT_THROW(evaluate("GatherND", {matrix, outside}), InvalidModel);
  EXPECT_THROW(evaluate("ScatterND", {matrix, outside.reshaped({1, 1}), matrix}), InvalidModel);
}

// Zero-sized dimensions: indices may be many and still take no memory.
TEST(Moving, EmptyTensorsStayEmpty) {
  const Tensor nothing(ElementType::f32, {0, 3});
  EXPECT_EQ(evaluate("Transpose", {nothing}).at(0).shape(), (Shape{3, 0}));
  EXPECT_EQ(evaluate("Tile", {nothing, vector_of({2, 2})}).at(0).shape(), (Shape{0, 6}));
  const Tensor many(ElementType::i64, {std::int64_t{1} << 40, 0});
  EXPECT_EQ(evaluate("GatherND", {nothing, many}).at(0).shape(),
            (Shape{std::int64_t{1} << 40, 0, 3}));
  EXPECT_EQ(evaluate("Concat", {nothing, nothing}, {{"axis", std::int64_t{0}}}).at(0).shape(),
            (Shape{0, 3}));
}

TEST(Moving, RangesOfExtremeNumbers) {
  const auto scalar = [](std::int64_t value) { return Tensor::of<std::int64_t>({}, {value}); };
  const auto low = std::numeric_limits<std::int64_t>::min();
  const Tensor wide = evaluate("Range", {scalar(low), scalar(huge), scalar(huge)}).at(0);
  EXPECT_EQ(wide, vector_of({low, -1, huge - 1}));
  EXPECT_THROW(evaluate("Range", {scalar(low), scalar(huge), scalar(1)}), InvalidModel);
  EXPECT_THROW(evaluate("Range", {scalar(0), scalar(1), scalar(0)}), InvalidModel);
  EXPECT_EQ(evaluate("Slice", {Tensor(ElementType::f32, {5}), vector_of({huge}), vector_of({low}),
                               vector_of({0}), vector_of({low})})
                .at(0)
                .shape(),
            (Shape{1}));
}

}  // namespace
}  // namespace paretune::model
