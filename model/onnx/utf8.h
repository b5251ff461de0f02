// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace paretune::model {

/// The text is well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above
/// U+10FFFF; and has no zero byte.
bool is_utf8(std::string_view text);

}  // namespace paretune::model
