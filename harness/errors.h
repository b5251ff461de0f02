// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace paretune::harness {

/// A study, data file or option is unusable; the message names file, line and key (exit code 2).
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace paretune::harness
