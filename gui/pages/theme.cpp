// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/theme.h"

#include <QApplication>
#include <QStyleFactory>

namespace paretune::gui {
namespace {

struct Shades {
  QColor window, base, alternate, text, button, accent, on_accent, placeholder;
};

QPalette palette_of(const Shades& shades) {
  QPalette palette(shades.button, shades.window);
  palette.setColor(QPalette::WindowText, shades.text);
  palette.setColor(QPalette::Base, shades.base);
  palette.setColor(QPalette::AlternateBase, shades.alternate);
  palette.setColor(QPalette::Text, shades.text);
  palette.setColor(QPalette::Button, shades.button);
  palette.setColor(QPalette::ButtonText, shades.text);
  palette.setColor(QPalette::ToolTipBase, shades.alternate);
  palette.setColor(QPalette::ToolTipText, shades.text);
  palette.setColor(QPalette::Highlight, shades.accent);
  palette.setColor(QPalette::HighlightedText, shades.on_accent);
  palette.setColor(QPalette::Link, shades.accent);
  palette.setColor(QPalette::PlaceholderText, shades.placeholder);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, shades.placeholder);
  }
  return palette;
}

QPalette light_palette() {
  return palette_of({QColor(0xF3F4F6), QColor(0xFFFFFF), QColor(0xF7F8FA), QColor(0x1F2328),
                     QColor(0xEBEDF0), QColor(0x1F6FB2), QColor(0xFFFFFF), QColor(0x7A828C)});
}

QPalette dark_palette() {
  return palette_of({QColor(0x181A1E), QColor(0x25292F), QColor(0x2A2F36), QColor(0xE3E6EA),
                     QColor(0x363C45), QColor(0x3B82C4), QColor(0xFFFFFF), QColor(0x8B939E)});
}

}  // namespace

void apply_theme(Theme theme) {
  if (theme == Theme::system) return;
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  QApplication::setPalette(theme == Theme::dark ? dark_palette() : light_palette());
}

bool is_dark(const QPalette& palette) { return palette.color(QPalette::Base).lightness() < 128; }

QColor muted(const QPalette& palette, double share) {
  const QColor base = palette.color(QPalette::Base);
  const QColor text = palette.color(QPalette::Text);
  const auto mix = [share](int from, int to) {
    return static_cast<int>(from + (to - from) * share);
  };
  return {mix(base.red(), text.red()), mix(base.green(), text.green()),
          mix(base.blue(), text.blue())};
}

QColor better_colour(const QPalette& palette) {
  return is_dark(palette) ? QColor(0x56B4E9) : QColor(0x005F95);
}

QColor worse_colour(const QPalette& palette) {
  return is_dark(palette) ? QColor(0xE69F00) : QColor(0xB04A00);
}

QColor difference_colour(const QPalette& palette) {
  return is_dark(palette) ? QColor(0x4A4226) : QColor(0xFFF3D1);
}

}  // namespace paretune::gui
