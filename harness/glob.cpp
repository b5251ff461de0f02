// SPDX-License-Identifier: Apache-2.0
#include "harness/glob.h"

#include <fnmatch.h>

namespace paretune::harness {
namespace {

/// Where the bracket expression that begins at `at` ends; npos when it is none (POSIX 2.13.1).
std::size_t bracket_end(const std::string& pattern, std::size_t at) {
  std::size_t i = at + 1;
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
  for (std::size_t first = i; i < pattern.size(); ++i) {
    if (pattern[i] == ']' && i != first) return i + 1;
    if (pattern[i] == '\\') ++i;  // what it quotes ends nothing
    if (pattern[i] != '[' || i + 1 >= pattern.size()) continue;
    const char kind = pattern[i + 1];  // [:alpha:], [.x.], [=x=]
    if (kind != ':' && kind != '.' && kind != '=') continue;
    const auto end = pattern.find(std::string{kind, ']'}, i + 2);
    if (end != std::string::npos) i = end + 1;
  }
  return std::string::npos;
}

/// The end of the element that begins at `at` and matches one character.
std::size_t element_end(const std::string& pattern, std::size_t at) {
  if (pattern[at] == '\\' && at + 1 < pattern.size()) return at + 2;
  if (pattern[at] != '[') return at + 1;
  const auto end = bracket_end(pattern, at);
  return end == std::string::npos ? at + 1 : end;
}

bool fits(const std::string& element, char letter) {
  if (element.size() == 1) return element[0] == '?' || element[0] == letter;
  return ::fnmatch(element.c_str(), std::string(1, letter).c_str(), 0) == 0;
}

}  // namespace

bool glob(const std::string& pattern, const std::string& text) {
  std::size_t p = 0, t = 0;
  // After the last star so far: where the pattern goes on, and what the star has taken by then.
  std::size_t after_star = std::string::npos, taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      taken = t;
      continue;
    }
    if (p < pattern.size()) {
      const std::size_t end = element_end(pattern, p);
      if (fits(pattern.substr(p, end - p), text[t])) {
        p = end;
        ++t;
        continue;
      }
    }
    if (after_star == std::string::npos) return false;
    p = after_star;  // an earlier star need not take more: the last one can
    t = ++taken;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace paretune::harness
