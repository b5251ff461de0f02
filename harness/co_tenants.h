// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <vector>

namespace paretune::harness {

/// Processes that load the machine while it lives, each in the same way for ever: streams 16 MiB
/// through the caches, then multiplies and adds about as long. Bound to the processors this thread
/// may use, in turn. They end with this object, and with the thread that made it, however that
/// ends; in its process group, so that whoever kills the group ends them too.
class CoTenants {
 public:
  /// Throws std::system_error when a process cannot be made; those made before are ended.
  explicit CoTenants(int count);
  ~CoTenants();
  CoTenants(const CoTenants&) = delete;
  CoTenants& operator=(const CoTenants&) = delete;

  const std::vector<pid_t>& processes() const { return processes_; }

 private:
  void end();

  std::vector<pid_t> processes_;
};

}  // namespace paretune::harness
