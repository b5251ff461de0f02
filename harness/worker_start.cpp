// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "harness/errors.h"
#include "harness/worker_process.h"

namespace paretune::harness {
namespace {

/// Everything the child needs, prepared before fork: between it and exec only async-signal-safe
/// calls are allowed.
struct Birth {
  std::vector<std::string> words, environment;
  std::vector<char*> argv, envp;
  std::string join_file;  ///< "" without a control group
  int socket = -1, output = -1;
  pid_t parent = 0;
  rlim_t memory_bytes = 0;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> raw;
  raw.reserve(texts.size() + 1);
  for (std::string& text : texts) raw.push_back(text.data());
  raw.push_back(nullptr);
  return raw;
}

[[noreturn]] void become_worker(const Birth& birth) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != birth.parent) ::_exit(127);  // the parent died before prctl took hold
  ::setsid();
  if (!birth.join_file.empty()) {
    const int group = ::open(birth.join_file.c_str(), O_WRONLY | O_CLOEXEC);
    // Refused: the resident memory is watched as well.
    if (group >= 0 && ::write(group, "0", 1) == 1) ::close(group);
  }
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ, SIGHUP}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit memory{birth.memory_bytes, birth.memory_bytes};
  if (limits_memory && birth.memory_bytes > 0) ::setrlimit(RLIMIT_AS, &memory);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(birth.output, STDOUT_FILENO);
  ::dup2(birth.output, STDERR_FILENO);
  ::fcntl(birth.socket, F_SETFD, 0);
  ::execve(birth.argv[0], birth.argv.data(), birth.envp.data());
  ::_exit(127);
}

[[noreturn]] void fail(const char* call) {
  throw WorkerError(fmt::format("cannot start a worker: {}: {}", call, std::strerror(errno)));
}

}  // namespace

/// The name all this worker starts is known by, and its control group.
void WorkerProcess::prepare() {
  family_.reap_abandoned();
  const std::string name =
      fmt::format("{}.{}.{}", ::getpid(), family_.next_++, Clock::now().time_since_epoch().count());
  token_ = "PARETUNE_WORKER=" + name;
  if (limits_.control_group && limits_.memory_mib > 0) {
    group_ = MemoryGroup::make(MemoryGroup::places(), name, limits_.memory_mib << 20);
  }
}

void WorkerProcess::start(const std::vector<std::string>& argv) {
  prepare();
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

  Birth birth;
  birth.words = argv;
  birth.words.insert(birth.words.end(), {"--fd", std::to_string(sockets[1])});
  for (char** entry = ::environ; *entry != nullptr; ++entry) birth.environment.emplace_back(*entry);
  birth.environment.push_back(token_);
  birth.argv = pointers(birth.words);
  birth.envp = pointers(birth.environment);
  if (group_ != nullptr) birth.join_file = group_->join_file();
  birth.socket = sockets[1];
  birth.output = pipes[1];
  birth.parent = ::getpid();
  if (limits_.address_space) birth.memory_bytes = static_cast<rlim_t>(limits_.memory_mib) << 20;
  pid_ = ::fork();
  if (pid_ == 0) become_worker(birth);
  const int error = errno;
  ::close(sockets[1]);
  ::close(pipes[1]);
  if (pid_ < 0) {
    ::close(socket_);
    ::close(output_);
    errno = error;
    fail("fork");
  }
  family_.workers_.insert(pid_);
}

}  // namespace paretune::harness
