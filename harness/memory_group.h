// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace paretune::harness {

/// A control group of our own below the one this process is in, with a memory limit (Linux
/// cgroups(7), version 2 or 1). Where none can be made, because nothing is mounted, writable or
/// delegated, there is none: the limit is then kept by watching resident memory alone.
class MemoryGroup {
 public:
  /// Where groups can be made: the folder of this process's own group.
  struct Place {
    std::filesystem::path folder;
    int version = 2;
  };
  /// Places of this process, version 2 first; empty when no memory controller is mounted.
  static std::vector<Place> places();
  /// Tries the places in order; nullptr when none can be used. `name` begins with the id of this
  /// process: by it groups that a killed supervisor left are known and removed.
  static std::unique_ptr<MemoryGroup> make(const std::vector<Place>& places,
                                           const std::string& name, std::int64_t limit_bytes);
  /// A group that exists already, without a limit yet.
  static std::unique_ptr<MemoryGroup> adopt(std::filesystem::path folder, int version);
  /// Kills what is left and removes the group.
  ~MemoryGroup();
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;

  /// false when the kernel does not take the limit here.
  bool limit(std::int64_t bytes) const;
  /// A process that writes "0" into this file joins.
  std::string join_file() const { return (folder_ / "cgroup.procs").string(); }
  std::vector<pid_t> members() const;
  /// How often the kernel killed a member because the limit was reached.
  std::int64_t oom_kills() const;
  /// SIGKILL to every member.
  void kill_all() const;
  int version() const { return version_; }

 private:
  MemoryGroup(std::filesystem::path folder, int version)
      : folder_(std::move(folder)), version_(version) {}

  std::filesystem::path folder_;
  int version_;
};

}  // namespace paretune::harness
