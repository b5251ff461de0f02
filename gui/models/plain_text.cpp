// SPDX-License-Identifier: Apache-2.0
#include "gui/models/plain_text.h"

#include <algorithm>

namespace paretune::gui {
namespace {

constexpr int longest_text = 400;

bool shown_as_is(QChar c) {
  const bool overrides_direction = (c.unicode() >= 0x202A && c.unicode() <= 0x202E) ||
                                   (c.unicode() >= 0x2066 && c.unicode() <= 0x2069);
  const bool breaks_line = c.unicode() == 0x2028 || c.unicode() == 0x2029;
  return c.category() != QChar::Other_Control && !overrides_direction && !breaks_line;
}

}  // namespace

QString plain_text(std::string_view bytes) {
  QString text = QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
  if (text.size() > longest_text) text = text.left(longest_text) + QChar(0x2026);
  for (QChar& c : text) {
    if (!shown_as_is(c)) c = QChar(QChar::ReplacementCharacter);
  }
  return text;
}

QString tooltip_text(const QString& text) {
  if (text.isEmpty()) return {};
  return QStringLiteral("<p style=\"white-space:pre-wrap\">") + text.toHtmlEscaped() +
         QStringLiteral("</p>");
}

QString shell_word(const QString& text) {
  const auto harmless = [](QChar c) {
    return (c.unicode() < 128 && c.isLetterOrNumber()) || QStringLiteral("/._-+:,@").contains(c);
  };
  if (!text.isEmpty() && std::all_of(text.begin(), text.end(), harmless)) return text;
  return QLatin1Char('\'') + QString(text).replace(QLatin1Char('\''), QStringLiteral("'\\''")) +
         QLatin1Char('\'');
}

QString tsv_cell(const QString& text) {
  QString cell = text;
  for (QChar& c : cell) {
    if (c == QLatin1Char('\t') || c == QLatin1Char('\n') || c == QLatin1Char('\r')) {
      c = QLatin1Char(' ');
    }
  }
  bool number = false;
  cell.toDouble(&number);
  const bool formula =
      cell.size() > 1 && !number && QStringLiteral("=+-@").contains(cell.trimmed().left(1));
  return formula ? QLatin1Char('\'') + cell : cell;
}

}  // namespace paretune::gui
