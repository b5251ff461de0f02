// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <csignal>

namespace paretune::cli {

/// SIGINT and SIGTERM ask to stop while it lives; a second one ends the process at once.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  static bool asked();
  /// What asked() reads, for those who poll it.
  static const std::atomic<bool>& flag();
  /// Sleeps, but not beyond a stop.
  static void wait(double seconds);

 private:
  struct sigaction before_int_ {
  }, before_term_{};
};

}  // namespace paretune::cli
