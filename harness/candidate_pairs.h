// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "harness/comparison.h"
#include "harness/supervisor.h"

namespace paretune::harness {

/// Pairs of two candidates of a study, timed in turn within one worker; each take() has a worker of
/// its own. The first one verifies both against the reference and scores A, when asked to.
class CandidatePairs : public PairSource {
 public:
  /// `evaluator` must outlive it; it has its quantization parameters.
  CandidatePairs(Evaluator& evaluator, model::Candidate a, model::Candidate b, bool score);
  std::variant<results::PairCluster, results::Failure> take(int pairs, std::uint64_t seed) override;
  /// The samples since the last call, with what the first process said of memory and accuracy.
  results::Measurement end_round();

 private:
  Evaluator& evaluator_;
  EvaluateRequest request_;
  bool score_, verified_ = false;
  results::Measurement first_, round_;
};

}  // namespace paretune::harness
