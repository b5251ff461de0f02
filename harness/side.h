// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/comparison.h"

namespace paretune::harness {

/// One of two things `paretune compare` runs, each in a process of its own.
struct SideTarget {
  std::string runtime = "paretune";  ///< or an adapter's name (adapters/list.yaml)
  std::filesystem::path path;        ///< package folder, or ONNX file
  std::string scheme = "fp32";       ///< of an ONNX file run by paretune
  std::string device = "cpu";
  int threads = 1;
  std::map<std::string, std::int64_t> dims;
  std::filesystem::path inputs;  ///< folder of input_0.pb ...; empty: made ones

  bool is_package() const;
};

/// "package", "model.onnx", "int8_tensor:model.onnx", "onnxruntime:model.onnx". Throws ConfigError
/// when the file is not there or the word before the colon is neither a scheme nor an adapter.
SideTarget parse_side(const std::string& text);

/// Serves one side on descriptor `fd`: JSON lines like the worker's (harness/messages.h), with the
/// requests open {target} -> {runtime, version, what, threads}, sample {runs} -> {wall_ns, cpu_ns},
/// where each timed run follows an untimed one, outputs {folder} and inputs {folder}, which write
/// output_0.pb
/// ... and input_0.pb ..., and bye. Returns the exit code.
int serve_side(int fd);

/// What a side says of itself once open.
struct SideIdentity {
  std::string runtime, version, what;
  int threads = 1;
};

/// Pairs of two sides, a fresh process each per take(): one process runs while the other waits.
/// Both are bound to the same processors, as many as the larger number of threads, others at each
/// take().
class SidePairs : public PairSource {
 public:
  /// `self`: the program's own path, whose `worker --side` serves paretune's sides.
  SidePairs(SideTarget a, SideTarget b, std::filesystem::path self);
  std::variant<results::PairCluster, results::Failure> take(int pairs, std::uint64_t seed) override;

  /// CPU times of all pairs so far, like the clusters' wall times.
  const std::vector<results::PairCluster>& cpu() const { return cpu_; }
  const SideIdentity& identity(bool of_a) const { return of_a ? a_identity_ : b_identity_; }
  /// Opens both, lets the side that is paretune's write its inputs below `folder` when none were
  /// given (the other then gets the same), runs each once and writes outputs to folder/a and
  /// folder/b. Throws SideFailure (harness/side_process.h).
  void settle_inputs(const std::filesystem::path& folder);

 private:
  SideTarget a_, b_;
  std::filesystem::path self_;
  SideIdentity a_identity_, b_identity_;
  std::vector<results::PairCluster> cpu_;
};

}  // namespace paretune::harness
