// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSize>
#include <QString>
#include <QStringList>
#include <optional>
#include <stdexcept>

#include "gui/pages/theme.h"

namespace paretune::gui {

/// What the command line asks for.
struct Options {
  QString file;        ///< "" when none is given
  QString screenshot;  ///< PNG to write; "" to open a window
  QSize size{1280, 800};
  std::optional<qint64> select;
  QString filter;
  QString x, y;  ///< axis fields; "" for the usual ones
  Theme theme = Theme::system;
  bool help = false;
  bool version = false;
};

/// A command line that cannot be read; one sentence.
class OptionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `arguments` includes the program's name. Throws OptionError. Needs no QApplication, so that
/// --help and --version work without a display.
Options parse_options(const QStringList& arguments);
QString help_text();

}  // namespace paretune::gui
