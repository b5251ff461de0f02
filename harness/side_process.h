// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/side.h"
#include "harness/worker_process.h"

namespace paretune::harness {

/// A side that died, hung or refused its work.
class SideFailure : public std::runtime_error {
 public:
  explicit SideFailure(results::Failure failure)
      : std::runtime_error(failure.reason), failure_(std::move(failure)) {}
  const results::Failure& failure() const { return failure_; }

 private:
  results::Failure failure_;
};

struct SideSample {
  std::int64_t wall_ns = 0, cpu_ns = 0;
};

/// Which of a pair goes first, drawn anew for each.
class PairOrder {
 public:
  explicit PairOrder(std::uint64_t seed) : engine_(seed) {}
  bool a_first() { return (engine_() & 1U) == 0; }

 private:
  std::mt19937_64 engine_;
};

/// The supervisor's end of one side: the process and its requests (harness/side.h).
class SideProcess {
 public:
  SideProcess(const SideTarget& target, const std::filesystem::path& self);
  ~SideProcess();

  /// All of them throw SideFailure.
  SideIdentity open(const SideTarget& target);
  SideSample sample();
  /// Runs once and writes output_0.pb ... to the folder, which exists.
  void write_outputs(const std::filesystem::path& folder);
  void write_inputs(const std::filesystem::path& folder);

 private:
  /// The reply's "value" as JSON text.
  std::string request(const std::string& kind, const std::string& value);

  std::string name_;
  std::unique_ptr<WorkerProcess> process_;
  std::int64_t next_id_ = 1;
};

/// Names of the runtimes there are adapters for: adapters/NAME.py beside the program, above it, or
/// in $PARETUNE_ADAPTERS.
std::vector<std::string> adapters();

}  // namespace paretune::harness
