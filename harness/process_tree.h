// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace paretune::harness {

/// What /proc tells of a process (proc(5)). Nothing here throws: a process may be gone at any time.
struct ProcessStatus {
  char state = 0;             ///< 'R', 'S', 'Z' ...; 0: there is no such process
  pid_t session = 0;          ///< 0 when unknown
  std::uint64_t started = 0;  ///< clock ticks since boot: with the pid, who it is
};
ProcessStatus status_of(pid_t pid);

/// Children of all threads of `pid`, zombies included.
std::vector<pid_t> children_of(pid_t pid);
/// Children, their children, and so on; without `pid` itself.
std::vector<pid_t> descendants_of(pid_t pid);

/// Resident memory; pages that several processes share count in each.
std::int64_t resident_bytes(pid_t pid);
/// Resident memory with shared pages divided by who shares them: slower to read.
std::int64_t proportional_bytes(pid_t pid);

/// Whether `entry` ("NAME=value") was in the environment the process began with; its forks inherit
/// that.
bool began_with(pid_t pid, const std::string& entry);

}  // namespace paretune::harness
