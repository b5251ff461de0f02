// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/candidate.h"
#include "runtime/session.h"

namespace paretune::harness {

/// How far a whole model's outputs may be from the reference: |a-b| <= absolute + relative*|b|.
struct Tolerance {
  double absolute = 1e-5;
  double relative = 1e-3;
};

/// fp32 everywhere: 1e-5 + 1e-3*|b| (the design's bound against ONNX Runtime). With int8 or bf16
/// layers a value next to a rounding boundary may land one step off in an early layer and spread,
/// so outputs may differ by 3 % of the largest |b|.
Tolerance tolerance_for(const model::Candidate& candidate,
                        const std::vector<std::vector<model::Tensor>>& expected);

/// "" when all outputs are within tolerance, else one sentence that names the worst element. NaN
/// never is.
std::string compare_outputs(const std::vector<model::Tensor>& expected,
                            const std::vector<model::Tensor>& actual, const Tolerance& tolerance);
/// Largest |a-b| over all outputs (NaN counts as infinity).
double max_error(const std::vector<model::Tensor>& expected,
                 const std::vector<model::Tensor>& actual);

/// Outputs of the reference for candidates: the standard ONNX (Q/DQ) graph a candidate means, run
/// by model::evaluate on fixed samples. Cached per assignment of schemes.
class ReferenceOutputs {
 public:
  ReferenceOutputs(const runtime::LoadedModel& model,
                   std::vector<std::vector<model::Tensor>> samples);
  const std::vector<std::vector<model::Tensor>>& samples() const { return samples_; }
  /// One list of outputs per sample.
  const std::vector<std::vector<model::Tensor>>& of(const model::Candidate& candidate);

 private:
  const runtime::LoadedModel& model_;
  std::vector<std::vector<model::Tensor>> samples_;
  std::map<std::string, std::vector<std::vector<model::Tensor>>> cache_;
};

/// An adversarial input of the sample's type and shape: its largest and smallest value in turn,
/// with a zero after each pair when it is of floats. What saturates, cancels or mistakes its
/// neighbour shows on it and not on a picture. Booleans stay.
model::Tensor extremes_of(const model::Tensor& sample);

/// Runs the session on poisoned buffers over the samples and compares; "" or the sentence of
/// compare_outputs, or of Session::damage.
std::string verify_session(runtime::Session& session, const model::Candidate& candidate,
                           ReferenceOutputs& reference);

/// Scheme by layer id of a candidate's quantizable layers.
std::map<std::string, std::string> schemes_of(const runtime::LoadedModel& model,
                                              const model::Candidate& candidate);

}  // namespace paretune::harness
