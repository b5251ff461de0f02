// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <string_view>

namespace paretune::gui {

/// UTF-8 text of a results file made fit to show on one line. Files come from other people: invalid
/// UTF-8, control characters and bidirectional overrides become U+FFFD, and more than 400
/// characters are cut with "…".
QString plain_text(std::string_view bytes);

/// Wraps text so that a tool tip shows it literally: tool tips otherwise guess rich text from the
/// content.
QString tooltip_text(const QString& text);

/// `text` as one word of a POSIX shell command, quoted only when it must be.
QString shell_word(const QString& text);

/// `text` as one cell of tab separated values: tabs and line ends become spaces.
QString tsv_cell(const QString& text);

}  // namespace paretune::gui
