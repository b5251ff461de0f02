// SPDX-License-Identifier: Apache-2.0
#include "harness/glob.h"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace paretune::harness {
namespace {

std::string draw(std::mt19937& random, const std::vector<std::string>& parts, std::size_t longest) {
  std::string text;
  for (std::size_t left = random() % (longest + 1); left > 0; --left) {
    text += parts[random() % parts.size()];
  }
  return text;
}

TEST(Glob, AgreesWithTheSystem) {
  std::mt19937 random(1);
  const std::vector<std::string> letters = {"a", "b", "/", "[", "-", "]", "*", "\\"};
  const std::vector<std::string> elements = {
      "*",    "*",    "*",     "?",    "a",    "b",           "/",      "-",   "]",   "[ab]",
      "[!a]", "[]a]", "[a-b]", "[b-]", "[!]]", "[[:alpha:]]", "[\\]a]", "\\*", "\\[", "\\\\"};
  int matched = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string pattern = draw(random, elements, 9);
    const std::string text = draw(random, letters, 6);
    const bool expected = ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
    matched += expected ? 1 : 0;
    ASSERT_EQ(glob(pattern, text), expected) << pattern << " on " << text;
  }
  EXPECT_GT(matched, 5000);
  EXPECT_TRUE(glob("L00?/conv_[0-9]*", "L001/conv_7/x"));
  EXPECT_TRUE(glob("[[:alpha:]]*", "conv"));
  EXPECT_FALSE(glob("[[:alpha:]]*", "7"));
}

TEST(Glob, NeverTakesExponentiallyLong) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "*a";
  EXPECT_FALSE(glob(pattern + "b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace paretune::harness
