// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace paretune::harness {

/// Whether workers' address space can be limited. AddressSanitizer reserves terabytes of it for its
/// shadow, so no worker of such a build could start under a limit: there, none is set.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool limits_memory = false;
#else
inline constexpr bool limits_memory = true;
#endif

/// One worker: a child process in its own session and process group, with RLIMIT_AS set (see
/// limits_memory), a socket for messages and a pipe that takes whatever it prints. It dies with the
/// thread that made it (PR_SET_PDEATHSIG). Not thread-safe.
class WorkerProcess {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Event { line, timeout, closed };

  /// Runs argv plus "--fd N". Throws WorkerError when the system gives no socket or process.
  WorkerProcess(const std::vector<std::string>& argv, std::int64_t memory_limit_mib);
  /// Kills the process group and reaps.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// Queues a line; wait() sends it.
  void post(const std::string& line) { outgoing_ += line; }
  /// Sends, and waits for the next line. `closed`: the worker has gone or sent an endless line.
  Event wait(Clock::time_point deadline, std::string& line);

  /// Ends the worker: after `asked` of waiting for it to leave on its own, SIGTERM, 2 s, SIGKILL to
  /// the group. Returns the wait status (waitpid(2)).
  int end(std::chrono::milliseconds asked = std::chrono::milliseconds(0));
  /// The last bytes the worker printed, at most 4 KiB.
  const std::string& tail() const { return tail_; }

 private:
  void start(const std::vector<std::string>& argv, std::int64_t memory_limit_mib);
  void drain_output();
  void flush();
  /// false when the other side has closed.
  bool receive();
  bool take_line(std::string& line);
  bool reaped_within(std::chrono::milliseconds time);

  pid_t pid_ = -1;
  int socket_ = -1;
  int output_ = -1;
  int status_ = 0;
  bool reaped_ = false;
  std::string outgoing_, incoming_, tail_;
  std::size_t scanned_ = 0;  ///< bytes of incoming_ known to hold no line end
};

/// "SIGSEGV"; "signal 99" when it has no name.
std::string signal_name(int signal);

}  // namespace paretune::harness
