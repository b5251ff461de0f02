// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace paretune::cli {

/// What the shell sees; the one list of these numbers.
enum ExitCode : int {
  kOk = 0,
  kGateFailed = 1,    ///< a check said no: a self test's outputs differ
  kUsage = 2,         ///< command line, study, input file or database
  kEnvironment = 3,   ///< device missing or model unsupported
  kPartial = 4,       ///< ended before its plan was complete
  kInterrupted = 130  ///< stopped by SIGINT; everything measured is saved
};

/// Runs `action`; an exception becomes one line "paretune: <sentence>" on stderr and its exit code.
int guarded(const std::function<int()>& action);

}  // namespace paretune::cli
