// SPDX-License-Identifier: Apache-2.0
#include "search/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "tests/search/spaces.h"

namespace paretune::search {
namespace {

using testing::grid;
using testing::random_space;

/// The rule of space.h word by word, in doubles: exact for the small numbers used here.
bool holds_by_the_book(const Constraint& constraint, const std::map<std::string, std::int64_t>& v) {
  double sum = 0;
  for (const auto& term : constraint.terms) {
    double product = static_cast<double>(term.coefficient);
    for (const auto& name : term.factors) product *= static_cast<double>(v.at(name));
    sum += product;
  }
  if (sum > static_cast<double>(constraint.limit)) return false;
  if (constraint.divisor.empty()) return true;
  const std::int64_t divisor = v.at(constraint.divisor);
  return divisor != 0 && v.at(constraint.dividend) % divisor == 0;
}

TEST(Space, ConstraintsAgreeWithTheirDefinition) {
  int valid = 0, invalid = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Space space = random_space(seed);
    for (std::uint64_t rank = 0; rank < space.cardinality(); ++rank) {
      const Point point = space.at(rank);
      const Constraint* expected = nullptr;
      for (const Constraint& constraint : space.constraints()) {
        if (expected == nullptr && !holds_by_the_book(constraint, space.values(point))) {
          expected = &constraint;
        }
      }
      ASSERT_EQ(space.violated(point), expected) << "seed " << seed << " rank " << rank;
      ASSERT_EQ(space.valid(point), expected == nullptr);
      (expected == nullptr ? valid : invalid) += 1;
    }
  }
  EXPECT_GT(valid, 1000);  // the spaces must exercise both answers
  EXPECT_GT(invalid, 1000);
}

TEST(Space, RankAndPointAreInverse) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const Space space = random_space(seed);
    for (std::uint64_t rank = 0; rank < space.cardinality(); ++rank) {
      const Point point = space.at(rank);
      ASSERT_EQ(space.rank(point), rank);
    }
    EXPECT_THROW(space.at(space.cardinality()), std::invalid_argument);
  }
}

TEST(Space, LastAxisIsFastest) {
  const Space space = grid(3, 4);
  EXPECT_EQ(space.at(1), (Point{0, 0, 1}));
  EXPECT_EQ(space.at(4), (Point{0, 1, 0}));
}

TEST(Space, CardinalitySaturates) {
  EXPECT_EQ(Space().cardinality(), 1U);
  EXPECT_EQ(grid(3, 5).cardinality(), 125U);
  EXPECT_EQ(grid(31, 4).cardinality(), 1ULL << 62);
  EXPECT_EQ(grid(32, 4).cardinality(), (1ULL << 63) - 1);
  EXPECT_EQ(grid(200, 7).cardinality(), (1ULL << 63) - 1);
  EXPECT_THROW(grid(200, 7).rank(Point(200)), std::invalid_argument);
  EXPECT_THROW(grid(200, 7).at(0), std::invalid_argument);
}

TEST(Space, HugeProductsDoNotWrap) {
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  Space space;
  space.add(Parameter{"a", {huge, std::numeric_limits<std::int64_t>::min()}, {}});
  space.add(Constraint{{{1, {"a", "a", "a", "a", "a"}}}, huge, "", "", "bounded"});
  EXPECT_FALSE(space.valid({0}));  // huge^5
  EXPECT_TRUE(space.valid({1}));   // minimum^5 is below every limit
}

TEST(Space, PointOfInvertsValues) {
  const Space space = random_space(7);
  const Point point = space.at(space.cardinality() - 1);
  EXPECT_EQ(space.values(*space.point_of(space.values(point))), space.values(point));
  auto values = space.values(point);
  values.begin()->second = 123456;
  EXPECT_FALSE(space.point_of(values));
  values.erase(values.begin());
  EXPECT_FALSE(space.point_of(values));
}

TEST(Space, TextUsesLabels) {
  Space space;
  space.add(Parameter{"scheme", {0, 1}, {"fp32", "int8"}});
  space.add(Parameter{"tile", {16, 32}, {}});
  EXPECT_EQ(space.text({1, 1}), "scheme=int8,tile=32");
}

TEST(Space, RefusesWhatIsNotOne) {
  Space space;
  space.add(Parameter{"a", {1}, {}});
  EXPECT_THROW(space.add(Parameter{"a", {2}, {}}), std::invalid_argument);
  EXPECT_THROW(space.add(Parameter{"b", {}, {}}), std::invalid_argument);
  EXPECT_THROW(space.add(Parameter{"b", {1, 2}, {"one"}}), std::invalid_argument);
  EXPECT_THROW(space.add(Constraint{{{1, {"z"}}}, 0, "", "", ""}), std::invalid_argument);
  EXPECT_THROW(space.add(Constraint{{}, 0, "a", "", ""}), std::invalid_argument);
  EXPECT_THROW(space.add(Constraint{{}, 0, "a", "z", ""}), std::invalid_argument);
  EXPECT_FALSE(space.valid({}));
  EXPECT_FALSE(space.valid({1}));
  EXPECT_FALSE(space.valid({0, 0}));
  EXPECT_THROW(space.text({1}), std::invalid_argument);
}

TEST(Space, JsonRoundTrip) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const Space space = random_space(seed);
    const Space again = Space::from_json(space.json());
    ASSERT_EQ(again, space);
    ASSERT_EQ(again.json(), space.json());
  }
  Space labelled;
  labelled.add(Parameter{"quoted \"name\"", {0, 1}, {"a,b", "c\n"}});
  EXPECT_EQ(Space::from_json(labelled.json()), labelled);
}

TEST(Space, JsonRefusesWhatIsNotASpace) {
  for (const char* text :
       {"", "[]", "{}", "{\"parameters\":[]}", "{\"parameters\":[{}],\"constraints\":[]}",
        "{\"parameters\":[{\"name\":\"a\",\"values\":[1.5]}],\"constraints\":[]}",
        "{\"parameters\":[{\"name\":\"a\",\"values\":[9223372036854775808]}],\"constraints\":[]}",
        "{\"parameters\":[{\"name\":\"a\",\"values\":[]}],\"constraints\":[]}",
        "{\"parameters\":[],\"constraints\":[{\"terms\":[{\"coefficient\":1,\"factors\":[\"x\"]}],"
        "\"limit\":0}]}"}) {
    EXPECT_THROW(Space::from_json(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace paretune::search
