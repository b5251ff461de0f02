// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "harness/tune.h"

namespace paretune::cli {

/// True when stdout is a terminal and NO_COLOR (no-color.org) is not set.
bool colour_wanted();

/// Draws harness::Progress on stderr: a line that overwrites itself on a terminal, else one line
/// per phase and every 30 s.
class ProgressBar {
 public:
  ProgressBar();
  void show(const harness::Progress& progress);
  /// Ends the line being drawn, so that other text can follow.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  std::string line(const harness::Progress& progress) const;

  bool terminal_;
  bool drawn_ = false;
  std::string phase_;
  Clock::time_point phase_begin_, printed_;
};

}  // namespace paretune::cli
