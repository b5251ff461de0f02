// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "harness/protocol.h"
#include "harness/study.h"

namespace paretune::harness {

/// The real backend of a worker: loads the study's model and data, opens devices, verifies every
/// kernel and candidate against the reference before it times them, interleaves candidate and
/// incumbent.
std::unique_ptr<Backend> make_backend(const Study& study);

}  // namespace paretune::harness
