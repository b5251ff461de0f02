// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace paretune::harness {

/// As fnmatch(3) without flags: `*`, `?`, `[...]` and `\`; all of them also match '/'. Its time is
/// at most the product of both lengths, whereas fnmatch(3) itself can take exponentially long.
bool glob(const std::string& pattern, const std::string& text);

}  // namespace paretune::harness
