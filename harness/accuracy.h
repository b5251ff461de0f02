// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/dataset.h"
#include "results/records.h"
#include "runtime/session.h"

namespace paretune::harness {

/// Top-1 accuracy of a session's first output (argmax over the last axis) on the samples `indices`,
/// one batch after another of the model's own batch size; the last, incomplete batch is filled by
/// repeating its last sample, which counts once. Metric `name` with its Wilson 95 % interval.
results::Metric measure_accuracy(runtime::Session& session, std::size_t batch,
                                 const Dataset& dataset, const std::vector<std::size_t>& indices,
                                 const std::string& name);

}  // namespace paretune::harness
