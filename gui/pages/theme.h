// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QPalette>

namespace paretune::gui {

/// system: the desktop's own style and palette.
enum class Theme { system, light, dark };
void apply_theme(Theme theme);

bool is_dark(const QPalette& palette);
/// The palette's text over its base, `share` of the way from base (0) to text (1): for secondary
/// text and lines.
QColor muted(const QPalette& palette, double share);
/// Better / worse than the baseline; readable on the palette's base and told apart without red and
/// green.
QColor better_colour(const QPalette& palette);
QColor worse_colour(const QPalette& palette);
/// Behind a cell that differs from the baseline's.
QColor difference_colour(const QPalette& palette);

}  // namespace paretune::gui
