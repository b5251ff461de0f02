// SPDX-License-Identifier: Apache-2.0
#include "harness/worker_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "harness/errors.h"

namespace paretune::harness {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTailBytes = 4096;
// A description of a large model is a few MiB; anything beyond this is a worker gone wild.
constexpr std::size_t kLongestLine = std::size_t{256} << 20;
constexpr auto kGrace = 2s;

/// The child's side, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become_worker(char* const* argv, int socket, int output, pid_t parent,
                                rlim_t memory_bytes) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // the parent died before prctl took hold
  ::setsid();
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ, SIGHUP}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit memory{memory_bytes, memory_bytes};
  if (limits_memory && memory_bytes > 0) ::setrlimit(RLIMIT_AS, &memory);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::fcntl(socket, F_SETFD, 0);
  ::execv(argv[0], argv);
  ::_exit(127);
}

[[noreturn]] void fail(const char* call) {
  throw WorkerError(fmt::format("cannot start a worker: {}: {}", call, std::strerror(errno)));
}

}  // namespace

WorkerProcess::WorkerProcess(const std::vector<std::string>& argv, std::int64_t memory_limit_mib) {
  start(argv, memory_limit_mib);
}

void WorkerProcess::start(const std::vector<std::string>& argv, std::int64_t memory_limit_mib) {
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) fail("socketpair");
  int pipes[2];
  if (::pipe2(pipes, O_CLOEXEC) != 0) {
    ::close(sockets[0]);
    ::close(sockets[1]);
    fail("pipe2");
  }
  socket_ = sockets[0];
  output_ = pipes[0];
  ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  ::fcntl(output_, F_SETFL, O_NONBLOCK);

  std::vector<std::string> words = argv;
  words.emplace_back("--fd");
  words.push_back(std::to_string(sockets[1]));
  std::vector<char*> raw;
  raw.reserve(words.size() + 1);
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);

  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    become_worker(raw.data(), sockets[1], pipes[1], parent,
                  static_cast<rlim_t>(memory_limit_mib) << 20);
  }
  const int error = errno;
  ::close(sockets[1]);
  ::close(pipes[1]);
  if (pid_ < 0) {
    ::close(socket_);
    ::close(output_);
    errno = error;
    fail("fork");
  }
}

WorkerProcess::~WorkerProcess() {
  if (!reaped_) {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);  // before its setsid() there is no such group yet
    reaped_within(1h);
  }
  ::close(socket_);
  ::close(output_);
}

bool WorkerProcess::take_line(std::string& line) {
  const auto end = incoming_.find('\n', scanned_);
  if (end == std::string::npos) {
    scanned_ = incoming_.size();
    return false;
  }
  line = incoming_.substr(0, end);
  incoming_.erase(0, end + 1);
  scanned_ = 0;
  return true;
}

void WorkerProcess::flush() {
  while (!outgoing_.empty()) {
    const ssize_t sent = ::send(socket_, outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // full, or closed: receive() notices the latter
    outgoing_.erase(0, static_cast<std::size_t>(sent));
  }
}

bool WorkerProcess::receive() {
  char chunk[65536];
  for (;;) {
    const ssize_t got = ::recv(socket_, chunk, sizeof chunk, 0);
    if (got > 0) {
      incoming_.append(chunk, static_cast<std::size_t>(got));
      if (incoming_.size() > kLongestLine) return false;
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
}

void WorkerProcess::drain_output() {
  char chunk[65536];
  // One chunk per call: a worker that prints without end must not keep us from the deadline.
  const ssize_t got = ::read(output_, chunk, sizeof chunk);
  if (got <= 0) return;
  tail_.append(chunk, static_cast<std::size_t>(got));
  if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
}

WorkerProcess::Event WorkerProcess::wait(Clock::time_point deadline, std::string& line) {
  bool open = true;
  bool output_open = true;
  for (;;) {
    if (take_line(line)) return Event::line;
    if (!open) return Event::closed;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return Event::timeout;
    flush();
    pollfd sources[2] = {
        {socket_, static_cast<short>(outgoing_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
        {output_open ? output_ : -1, POLLIN, 0}};
    if (::poll(sources, 2, static_cast<int>(std::min<std::int64_t>(left.count(), 60000))) < 0) {
      continue;  // EINTR: a signal of ours, say SIGINT
    }
    if ((sources[1].revents & POLLIN) != 0) {
      drain_output();
    } else if (sources[1].revents != 0) {
      output_open = false;
    }
    if ((sources[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) open = receive();
  }
}

bool WorkerProcess::reaped_within(std::chrono::milliseconds time) {
  const auto until = Clock::now() + time;
  while (!reaped_) {
    const pid_t got = ::waitpid(pid_, &status_, WNOHANG);
    if (got == pid_ || (got < 0 && errno == ECHILD)) {
      reaped_ = true;
      // Whatever it started goes with it; the group outlives its leader while any member is alive.
      ::kill(-pid_, SIGKILL);
      break;
    }
    if (Clock::now() >= until) return false;
    std::this_thread::sleep_for(2ms);
    drain_output();
  }
  return true;
}

int WorkerProcess::end(std::chrono::milliseconds asked) {
  if (!reaped_within(asked)) {
    ::kill(-pid_, SIGTERM);
    if (!reaped_within(kGrace)) {
      ::kill(-pid_, SIGKILL);
      reaped_within(1h);
    }
  }
  drain_output();
  return status_;
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

}  // namespace paretune::harness
