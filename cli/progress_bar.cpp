// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "results/plain_text.h"

namespace paretune::cli {
namespace {

constexpr auto kQuietInterval = std::chrono::seconds(30);
constexpr std::int64_t kBarCells = 20;

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

}  // namespace

bool colour_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

ProgressBar::ProgressBar() : terminal_(::isatty(STDERR_FILENO) == 1) {}

std::string ProgressBar::line(const harness::Progress& progress) const {
  std::string text = fmt::format("{} {}/{}", progress.phase, progress.done, progress.planned);
  if (progress.failed > 0) text += fmt::format(", {} failed", progress.failed);
  const std::chrono::duration<double> spent = Clock::now() - phase_begin_;
  if (progress.done > 0 && progress.planned > progress.done) {
    const double left = spent.count() / static_cast<double>(progress.done) *
                        static_cast<double>(progress.planned - progress.done);
    text += fmt::format(", {:.0f} s left", left);
  }
  return progress.last.empty() ? text : text + "  " + results::plain(progress.last);
}

void ProgressBar::show(const harness::Progress& progress) {
  const auto now = Clock::now();
  const bool fresh = progress.phase != phase_;
  if (fresh) {
    phase_ = progress.phase;
    phase_begin_ = now;
  }
  if (!terminal_) {
    if (!fresh && now - printed_ < kQuietInterval) return;
    printed_ = now;
    std::fprintf(stderr, "%s\n", line(progress).c_str());
    return;
  }
  const std::int64_t planned = std::max<std::int64_t>(progress.planned, 1);
  const std::int64_t full = std::min(kBarCells, progress.done * kBarCells / planned);
  std::string text =
      fmt::format("[{:#<{}}{:.<{}}] {}", "", full, "", kBarCells - full, line(progress));
  text = text.substr(0, terminal_width() - 1);
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressBar::finish() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace paretune::cli
