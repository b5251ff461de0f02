// SPDX-License-Identifier: Apache-2.0
#include "results/plain_text.h"

#include <algorithm>
#include <cstddef>

namespace paretune::results {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct Character {
  char32_t code = 0;
  std::size_t size = 1;
  bool valid = false;
};

/// The UTF-8 character at the beginning (RFC 3629: no overlong forms, no surrogates).
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  char32_t code = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, size, true};
}

/// Controls, line separators and directional formatting (Unicode Standard Annex 9).
bool acts(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x61c ||
         (code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

std::string plain(std::string_view text) {
  // Nearly all there is.
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return printable ? std::string(text) : plain(text, text.size());
}

std::string plain(std::string_view text, std::size_t characters) {
  std::string result;
  for (; !text.empty(); --characters) {
    if (characters == 0) return result + "...";
    const Character next = first_of(text);
    if (!next.valid) {
      result += replacement;
    } else if (acts(next.code)) {
      result += ' ';
    } else {
      result += text.substr(0, next.size);
    }
    text.remove_prefix(next.size);
  }
  return result;
}

}  // namespace paretune::results
