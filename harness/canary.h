// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/protocol.h"

namespace paretune::harness {

/// What the canary of a device (a workload of known output and time) is expected to take.
///
/// Slow: more than 5 % above expectation; where the first readings themselves lie further apart
/// than half of that, more than twice their spread, for else a busy machine would alarm all night.
class CanaryWatch {
 public:
  /// Best of a device's first readings, nanoseconds, at least one; also replaces what was expected.
  void expect(const std::string& device, const std::vector<double>& readings);
  /// 0: nothing is expected yet.
  double expected(const std::string& device) const;
  /// Share by which a reading may exceed the expectation; 0.05 or more.
  double allowed(const std::string& device) const;
  bool slow(const std::string& device, double ns) const;

 private:
  struct Expectation {
    double ns = 0, allowed = 0;
  };
  std::map<std::string, Expectation> expected_;
};

/// One reading from the samples of a run: the lower quartile of the CPU time where the device
/// shares the host's processors (waiting for one's turn is not slowness), else of the wall time.
/// What disturbs a run adds to it, so the low end says most; the very least is at the mercy of how
/// the kernel books the time of threads.
double canary_reading(const KernelMeasurement& samples, bool host_shared);

}  // namespace paretune::harness
