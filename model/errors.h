// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace paretune::model {

/// The model or its data is unusable: truncated, inconsistent, wrong shape. The message is one
/// sentence that says what, where and what to do (exit code 2).
class InvalidModel : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The model is well formed but uses something Paretune does not implement; the message names all
/// such operators at once (exit code 3).
class UnsupportedModel : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace paretune::model
