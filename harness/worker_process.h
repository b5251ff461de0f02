// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/memory_group.h"

namespace paretune::harness {

/// Whether workers' address space can be limited. AddressSanitizer reserves terabytes of it for its
/// shadow, so no worker of such a build could start under a limit: there, none is set.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool limits_memory = false;
#else
inline constexpr bool limits_memory = true;
#endif

/// What a worker may take, and how long its end may.
struct WorkerLimits {
  std::int64_t memory_mib = 0;  ///< of it and all it starts; 0: no limit
  /// Also as RLIMIT_AS, which refuses the allocation itself. Not where CUDA is used: it reserves
  /// address space far beyond what it ever touches.
  bool address_space = true;
  bool control_group = true;              ///< also by a memory control group, where one can be made
  std::chrono::milliseconds grace{2000};  ///< between SIGTERM and SIGKILL
  /// After SIGKILL. A process that is still there then sleeps in the kernel beyond any signal's
  /// reach (state D, ps(1)) and is left behind.
  std::chrono::milliseconds patience{10000};
};

/// The workers of one supervisor. While it lives, this process adopts every orphan below it
/// (PR_SET_CHILD_SUBREAPER, prctl(2)), so that what a worker started can be found after its death
/// even if it moved to a session of its own.
class WorkerFamily {
 public:
  WorkerFamily();
  ~WorkerFamily();
  WorkerFamily(const WorkerFamily&) = delete;
  WorkerFamily& operator=(const WorkerFamily&) = delete;

 private:
  friend class WorkerProcess;
  /// Reaps workers that were left behind and have gone since.
  void reap_abandoned();
  std::set<pid_t> workers_, abandoned_;
  std::int64_t next_ = 1;
  int adopted_before_ = 0;
};

/// One worker: a child process in its own session and process group under WorkerLimits, a socket
/// for messages and a pipe that takes whatever it prints. It dies with the thread that made it
/// (PR_SET_PDEATHSIG); nothing it started outlives it. Not thread-safe.
class WorkerProcess {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Event { line, timeout, closed, memory };

  /// Runs argv plus "--fd N". `family` must outlive it. Throws WorkerError when the system gives no
  /// socket or process.
  WorkerProcess(const std::vector<std::string>& argv, const WorkerLimits& limits,
                WorkerFamily& family);
  /// One on its own.
  WorkerProcess(const std::vector<std::string>& argv, std::int64_t memory_mib);
  /// Kills the process group and reaps, or leaves it behind after WorkerLimits::patience.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// Queues a line; wait() sends it.
  void post(const std::string& line) { outgoing_ += line; }
  /// Sends, and waits for the next line. `closed`: the worker has gone or sent an endless line.
  /// `memory`: it holds more than its limit; kill() it. `meanwhile` is called every 50 ms or so.
  Event wait(Clock::time_point deadline, std::string& line,
             const std::function<void()>& meanwhile = {});

  /// Ends the worker: after `asked` of waiting for it to leave on its own, SIGTERM, then SIGKILL to
  /// the group. Returns the wait status (waitpid(2)).
  int end(std::chrono::milliseconds asked = std::chrono::milliseconds(0));
  /// The same without any grace.
  int kill();
  /// Not even SIGKILL ended it: it is left behind, and its wait status says nothing.
  bool abandoned() const { return abandoned_; }
  /// SIGSTOP and SIGCONT to the group.
  void pause(bool on);
  /// Whether the kernel killed it, or one of its descendants, for want of memory.
  bool out_of_memory() const;
  /// The last bytes the worker printed, at most 4 KiB.
  const std::string& tail() const { return tail_; }
  pid_t pid() const { return pid_; }

 private:
  void prepare();
  void start(const std::vector<std::string>& argv);
  void drain_output();
  void flush();
  /// false when the other side has closed.
  bool receive();
  bool take_line(std::string& line);
  bool reaped_within(std::chrono::milliseconds time);
  /// Orphans of this worker among our own children.
  std::vector<pid_t> adopted() const;
  /// Looks at the tree of processes below the worker, and remembers who was there.
  std::vector<pid_t> look();
  bool over_limit();
  /// Kills and reaps everything the worker left.
  void sweep();

  WorkerLimits limits_;
  std::unique_ptr<WorkerFamily> own_family_;
  WorkerFamily& family_;
  std::unique_ptr<MemoryGroup> group_;
  std::string token_;  ///< environment entry by which its descendants are known
  pid_t pid_ = -1;
  int socket_ = -1;
  int output_ = -1;
  int status_ = 0;
  bool reaped_ = false, abandoned_ = false;
  std::map<pid_t, std::uint64_t> seen_;  ///< descendants: process id and when it started
  Clock::time_point next_look_ = {};
  std::string outgoing_, incoming_, tail_;
  std::size_t scanned_ = 0;  ///< bytes of incoming_ known to hold no line end
};

/// "SIGSEGV"; "signal 99" when it has no name.
std::string signal_name(int signal);

}  // namespace paretune::harness
