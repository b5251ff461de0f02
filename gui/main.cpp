// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QFileInfo>
#include <QTimer>
#include <cstdio>

#include "gui/options.h"
#include "gui/pages/main_window.h"

namespace paretune::gui {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_usage = 2;
constexpr int exit_environment = 3;

void complain(const QString& sentence) {
  std::fprintf(stderr, "paretune-gui: %s\n", qPrintable(sentence));
}

bool has_display() {
#ifdef Q_OS_LINUX
  return !qEnvironmentVariableIsEmpty("DISPLAY") ||
         !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") ||
         !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
#else
  return true;
#endif
}

/// 0, or the exit code of a selection that does not exist.
int prepare(MainWindow& window, const Options& options) {
  window.study()->scatter()->set_axes(options.x, options.y);
  if (!options.filter.isEmpty()) window.study()->table()->filter_line()->setText(options.filter);
  const QString problem = window.study()->table()->filter_error();
  if (!problem.isEmpty()) complain(problem);
  if (options.select && window.study()->candidates()->find(*options.select) == nullptr) {
    complain(QStringLiteral("There is no candidate %1 in the study on show.").arg(*options.select));
    return exit_usage;
  }
  if (options.select) window.study()->selection()->set(*options.select);
  return problem.isEmpty() ? exit_ok : exit_usage;
}

int save(MainWindow& window, const QString& file) {
  // Let the layout settle: polishing and resizing arrive as events.
  QApplication::processEvents();
  if (window.grab().save(file, "PNG")) return exit_ok;
  complain(QStringLiteral("%1 cannot be written.").arg(file));
  return exit_environment;
}

int run(const Options& options) {
  apply_theme(options.theme);
  MainWindow window;
  window.resize(options.size);
  window.show();
  const bool shoot = !options.screenshot.isEmpty();
  QObject::connect(
      &window, &MainWindow::opened, &window,
      [&] {
        const int code = prepare(window, options);
        if (shoot) QApplication::exit(code == exit_ok ? save(window, options.screenshot) : code);
      },
      Qt::SingleShotConnection);
  QObject::connect(&window, &MainWindow::open_failed, &window, [&](const QString& sentence) {
    if (!shoot) return;
    complain(sentence);
    QApplication::exit(exit_usage);
  });
  if (!options.file.isEmpty()) {
    window.open(QFileInfo(options.file).absoluteFilePath());
  } else if (shoot) {
    QTimer::singleShot(0, &window, [&] { QApplication::exit(save(window, options.screenshot)); });
  }
  return QApplication::exec();
}

int start(int argc, char** argv) {
  QStringList arguments;
  for (int i = 0; i < argc; ++i) arguments << QString::fromLocal8Bit(argv[i]);
  Options options;
  try {
    options = parse_options(arguments);
  } catch (const OptionError& error) {
    complain(QString::fromUtf8(error.what()));
    return exit_usage;
  }
  if (options.help || options.version) {
    const QString text =
        options.help ? help_text() : QStringLiteral("paretune-gui " PARETUNE_VERSION "\n");
    std::fputs(qPrintable(text), stdout);
    return exit_ok;
  }
  if (!has_display()) {
    if (options.screenshot.isEmpty()) {
      complain(QStringLiteral("There is no display; --screenshot FILE works without one."));
      return exit_environment;
    }
    qputenv("QT_QPA_PLATFORM", "offscreen");
  }
  QApplication application(argc, argv);
  QApplication::setApplicationName(QStringLiteral("paretune-gui"));
  return run(options);
}

}  // namespace
}  // namespace paretune::gui

int main(int argc, char** argv) { return paretune::gui::start(argc, argv); }
