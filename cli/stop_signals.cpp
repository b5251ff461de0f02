// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_signals.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace paretune::cli {
namespace {

/// Set by the signal handler, read between requests: a handler reaches nothing but globals.
std::atomic<bool> stop_asked = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void ask_to_stop(int) { stop_asked = true; }

}  // namespace

StopSignals::StopSignals() {
  stop_asked = false;
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, &before_int_);
  ::sigaction(SIGTERM, &action, &before_term_);
}

StopSignals::~StopSignals() {
  ::sigaction(SIGINT, &before_int_, nullptr);
  ::sigaction(SIGTERM, &before_term_, nullptr);
}

bool StopSignals::asked() { return stop_asked; }

const std::atomic<bool>& StopSignals::flag() { return stop_asked; }

void StopSignals::wait(double seconds) {
  constexpr double step = 0.1;
  for (double left = seconds; left > 0 && !stop_asked; left -= step) {
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, step)));
  }
}

}  // namespace paretune::cli
