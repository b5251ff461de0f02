// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace paretune::results {

/// Text from a database, a model or a driver made fit for a terminal, a table cell or a sentence:
/// control characters (C0, DEL, C1) and those that change the direction of writing become spaces,
/// bytes that are no UTF-8 become U+FFFD. Idempotent.
std::string plain(std::string_view text);

/// As plain(), and at most `characters` of it, then "...".
std::string plain(std::string_view text, std::size_t characters);

}  // namespace paretune::results
