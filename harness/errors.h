// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace paretune::harness {

/// A study, data file or option is unusable; the message names file, line and key (exit code 2).
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Work cannot go on for a reason no candidate is to blame for: workers that do not start, a
/// baseline that fails (exit code 4). What was recorded before stays recorded.
class WorkerError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace paretune::harness
