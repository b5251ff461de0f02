// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "harness/comparison.h"
#include "harness/machine_state.h"

namespace paretune::harness {

/// `paretune compare A B`: two candidates of a database, or any two of package, ONNX file and
/// "runtime:file" (harness/side.h).
struct CompareRequest {
  std::string a, b;
  std::filesystem::path database;  ///< of candidates
  std::filesystem::path inputs;    ///< folder of input_0.pb ...; empty: made ones
  int threads = 1;  ///< of ONNX files and runtimes; candidates and packages have theirs
  ComparisonPlan plan;
  std::filesystem::path self;  ///< this program, to start workers of
};

/// What is known of one of the two.
struct SideReport {
  std::string name;                   ///< as it was asked for
  std::string what;                   ///< "onnxruntime 1.32.0, CPU, 1 thread", a candidate's point
  results::Interval wall_ms, cpu_ms;  ///< medians with 95 % intervals over all processes
};

struct CompareReport {
  Comparison comparison;
  SideReport a, b;
  double cpu_ratio = 0;  ///< of median CPU times
  /// Of the outputs on the same inputs: largest |a-b|, and over the largest |b|. Negative for
  /// candidates: each is verified against the reference before it is timed.
  double largest_difference = -1, relative_difference = -1;
  MachineState before, after;
};

/// Throws ConfigError for what is not there or cannot be compared (outputs of other shapes or not
/// finite, a package whose self test fails), WorkerError.
CompareReport compare(const CompareRequest& request, const ComparisonHooks& hooks);

}  // namespace paretune::harness
