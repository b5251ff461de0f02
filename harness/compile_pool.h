// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "harness/protocol.h"
#include "harness/study.h"
#include "harness/worker_process.h"

namespace paretune::harness {

/// Compiles kernel settings ahead of their measurement, in worker processes beside the one that
/// measures: each builds a setting and runs it once, so that the driver's cache on disk
/// (devices/binary_cache.h, PoCL's own) holds the program. Stopped (SIGSTOP) while anything is
/// timed. What goes wrong here is nobody's result: the measuring worker then compiles for itself.
/// Driven by pump() from the supervisor's thread.
class CompilePool {
 public:
  CompilePool(const Study& study, std::vector<std::string> argv, const WorkerLimits& limits,
              WorkerFamily& family, int processes);
  ~CompilePool();

  /// Settings that will be measured soon, in that order; replaces what was waiting.
  void want(const std::vector<KernelRequest>& requests);
  /// The measuring worker is about to take this one: nobody else begins it; waits if somebody did.
  void claim(const KernelRequest& request);
  /// Hands out work and takes answers; never blocks.
  void pump();
  /// Stops or continues every process.
  void pause(bool on);
  /// Settings compiled so far.
  int compiled() const { return compiled_; }

 private:
  struct Helper;
  void advance(Helper& helper);
  void answered(Helper& helper, const std::string& line);
  void give_work(Helper& helper);

  Study study_;
  std::vector<std::string> argv_;
  WorkerLimits limits_;
  WorkerFamily& family_;
  std::size_t processes_;
  std::deque<KernelRequest> waiting_;
  std::vector<std::unique_ptr<Helper>> helpers_;
  bool paused_ = false;
  int compiled_ = 0;
  int deaths_ = 0;
};

}  // namespace paretune::harness
