// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace paretune::harness {

/// One allowed logical processor of each physical core, from sys/.../topology/
/// thread_siblings_list below `root`; `allowed` as the system counts them. Where the topology is
/// not told every processor counts as a core.
std::vector<int> one_per_core(const std::vector<int>& allowed,
                              const std::filesystem::path& root = "/");
/// Processors this thread may use, ascending.
std::vector<int> allowed_processors();

/// While it lives each of `threads` OpenMP threads runs on a core of its own; made and destroyed
/// on the thread that starts the parallel regions. Does nothing when there are fewer cores than
/// threads: two on one core would be worse than none pinned.
class PinnedThreads {
 public:
  explicit PinnedThreads(int threads);
  ~PinnedThreads();
  PinnedThreads(const PinnedThreads&) = delete;
  PinnedThreads& operator=(const PinnedThreads&) = delete;
  bool pinned() const { return pinned_; }

 private:
  int threads_;
  std::vector<int> before_;
  bool pinned_ = false;
};

/// The machine made steady for measuring, at the user's wish (--prepare-machine): governor
/// "performance" on every processor, turbo off, this process and those it starts at nice -5. What
/// it changes it writes down in a file first and undoes when destroyed; restore_machine() does
/// that after a crash.
class PreparedMachine {
 public:
  /// Undoes first what an earlier process left in `state_file`. Never throws for what the system
  /// refuses: refused() tells. Throws std::runtime_error when the state file cannot be written;
  /// nothing is changed then.
  explicit PreparedMachine(std::filesystem::path state_file, std::filesystem::path root = "/");
  ~PreparedMachine();
  PreparedMachine(const PreparedMachine&) = delete;
  PreparedMachine& operator=(const PreparedMachine&) = delete;

  /// "scaling_governor of 8 processors: powersave -> performance".
  const std::vector<std::string>& changed() const { return changed_; }
  /// What could not be changed, with the reason and the command that would.
  const std::vector<std::string>& refused() const { return refused_; }

 private:
  void write(const std::string& what, const std::vector<std::filesystem::path>& files,
             const std::string& value, const std::string& command);
  void set_priority();

  std::filesystem::path state_file_, root_;
  std::vector<std::string> changed_, refused_;
  std::optional<int> nice_before_;
};

/// Writes back what `state_file` says and removes it. Returns what was restored; empty when there
/// is no such file. Only files a PreparedMachine changes are written, whatever the file says; what
/// cannot be restored stays in it.
std::vector<std::string> restore_machine(const std::filesystem::path& state_file,
                                         const std::filesystem::path& root = "/");

}  // namespace paretune::harness
