// SPDX-License-Identifier: Apache-2.0
#include "gui/options.h"

#include <QRegularExpression>

namespace paretune::gui {
namespace {

qint64 parse_id(const QString& text) {
  bool read = false;
  const qint64 id = text.toLongLong(&read);
  if (!read || id <= 0) throw OptionError("--select needs a candidate id, such as --select 42.");
  return id;
}

QSize parse_size(const QString& text) {
  static const QRegularExpression form(QStringLiteral("^(\\d{3,4})x(\\d{3,4})$"));
  const auto match = form.match(text);
  if (!match.hasMatch()) throw OptionError("--size needs WxH in pixels, such as --size 1280x800.");
  return {match.captured(1).toInt(), match.captured(2).toInt()};
}

Theme parse_theme(const QString& text) {
  if (text == QLatin1String("light")) return Theme::light;
  if (text == QLatin1String("dark")) return Theme::dark;
  if (text == QLatin1String("system")) return Theme::system;
  throw OptionError("--theme is one of system, light and dark.");
}

void apply_option(Options& options, const QString& name, const QString& value) {
  if (name == QLatin1String("--screenshot")) {
    options.screenshot = value;
  } else if (name == QLatin1String("--size")) {
    options.size = parse_size(value);
  } else if (name == QLatin1String("--select")) {
    options.select = parse_id(value);
  } else if (name == QLatin1String("--filter")) {
    options.filter = value;
  } else if (name == QLatin1String("--x")) {
    options.x = value;
  } else if (name == QLatin1String("--y")) {
    options.y = value;
  } else if (name == QLatin1String("--theme")) {
    options.theme = parse_theme(value);
  } else {
    throw OptionError("There is no option " + name.toStdString() + "; see --help.");
  }
}

}  // namespace

Options parse_options(const QStringList& arguments) {
  Options options;
  for (int at = 1; at < arguments.size(); ++at) {
    const QString& word = arguments[at];
    if (word == QLatin1String("--help") || word == QLatin1String("-h")) {
      options.help = true;
    } else if (word == QLatin1String("--version")) {
      options.version = true;
    } else if (word.startsWith(QLatin1String("--"))) {
      const auto equals = word.indexOf(QLatin1Char('='));
      if (equals < 0 && at + 1 >= arguments.size()) {
        throw OptionError(word.toStdString() + " needs a value; see --help.");
      }
      apply_option(options, word.left(equals < 0 ? word.size() : equals),
                   equals < 0 ? arguments[++at] : word.mid(equals + 1));
    } else if (options.file.isEmpty()) {
      options.file = word;
    } else {
      throw OptionError("One results file at a time, please.");
    }
  }
  return options;
}

QString help_text() {
  return QStringLiteral(
      "Usage: paretune-gui [RESULTS.db] [options]\n"
      "\n"
      "Shows the candidates of a results file: the front, a table and every layer's choices. A "
      "file\n"
      "that is still being written is followed live; it is only ever read.\n"
      "\n"
      "  --select ID          select a candidate\n"
      "  --filter LINE        filter, such as 'accuracy>=0.9 devices=cpu'\n"
      "  --x FIELD --y FIELD  axes, such as --x memory_mib --y accuracy\n"
      "  --theme THEME        system (default), light or dark\n"
      "  --size WxH           window size, 1280x800 unless told\n"
      "  --screenshot FILE    write the window as PNG and exit; needs no display\n"
      "  --help, --version\n"
      "\n"
      "Example: paretune-gui results.db --select 42\n"
      "Exit codes: 0 ok, 2 usage or a file that cannot be used, 3 no display.\n");
}

}  // namespace paretune::gui
