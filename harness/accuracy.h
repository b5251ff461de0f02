// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/dataset.h"
#include "model/graph.h"
#include "results/records.h"
#include "runtime/session.h"

namespace paretune::harness {

/// How outputs become answers (data.metric of the study).
///   top1            the place of the highest score, the first one on a tie; an integer output that
///                   holds one element per sample is the answer itself
///   mean_threshold  1 where the mean of the sample's scores is above the threshold, else 0
class Scoring {
 public:
  /// Throws ConfigError when the model has no such output or its type or shape does not suit the
  /// metric for `batch` samples at once: one sentence with the outputs there are.
  Scoring(const Study& study, const model::Graph& graph, std::size_t batch);
  /// The answer for sample `slot` of the run's batch.
  std::int64_t answer(const std::vector<model::Tensor>& outputs, std::size_t slot) const;

 private:
  std::size_t output_ = 0;
  std::size_t batch_ = 1;
  bool by_mean_ = false;
  double threshold_ = 0;
};

/// Share of the samples `indices` whose answer is their label, one batch of the data set after
/// another. Metric `name` with its Wilson 95 % interval.
results::Metric measure_accuracy(runtime::Session& session, const Scoring& scoring,
                                 const Dataset& dataset, const std::vector<std::size_t>& indices,
                                 const std::string& name);

}  // namespace paretune::harness
