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
#include "harness/process_tree.h"

namespace paretune::harness {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTailBytes = 4096;
// A description of a large model is a few MiB; anything beyond this is a worker gone wild.
constexpr std::size_t kLongestLine = std::size_t{256} << 20;
/// How often a waiting supervisor looks at the worker's resident memory, and how often at all its
/// descendants: the latter reads a file per thread.
constexpr auto kTick = 50ms;
constexpr auto kLookEvery = 200ms;
/// A fork bomb is swept in rounds: what forked while the last round killed is found by the next.
constexpr int kSweepRounds = 400;
/// Where the worker itself cannot be ended, its group never empties.
constexpr int kFewRounds = 10;

}  // namespace

WorkerFamily::WorkerFamily() {
  ::prctl(PR_GET_CHILD_SUBREAPER, &adopted_before_);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

WorkerFamily::~WorkerFamily() {
  reap_abandoned();
  if (adopted_before_ == 0) ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

void WorkerFamily::reap_abandoned() {
  std::erase_if(abandoned_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

WorkerProcess::WorkerProcess(const std::vector<std::string>& argv, const WorkerLimits& limits,
                             WorkerFamily& family)
    : limits_(limits), family_(family) {
  start(argv);
}

WorkerProcess::WorkerProcess(const std::vector<std::string>& argv, std::int64_t memory_mib)
    : own_family_(std::make_unique<WorkerFamily>()), family_(*own_family_) {
  limits_.memory_mib = memory_mib;
  start(argv);
}

WorkerProcess::~WorkerProcess() {
  if (!reaped_ && !abandoned_) kill();
  ::close(socket_);
  ::close(output_);
  family_.workers_.erase(pid_);
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

WorkerProcess::Event WorkerProcess::wait(Clock::time_point deadline, std::string& line,
                                         const std::function<void()>& meanwhile) {
  bool open = true;
  bool output_open = true;
  bool polled = false;  // a deadline in the past: what is there already still counts
  auto next_tick = Clock::now() + kTick;
  for (;;) {
    if (take_line(line)) return Event::line;
    if (!open) return Event::closed;
    const auto now = Clock::now();
    if (polled && now >= deadline) return Event::timeout;
    if (now >= next_tick) {
      if (over_limit()) return Event::memory;
      if (meanwhile) meanwhile();
      next_tick = now + kTick;
    }
    flush();
    pollfd sources[2] = {
        {socket_, static_cast<short>(outgoing_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
        {output_open ? output_ : -1, POLLIN, 0}};
    polled = true;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(std::min(deadline, next_tick) - Clock::now());
    if (::poll(sources, 2, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) < 0) {
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

std::vector<pid_t> WorkerProcess::adopted() const {
  std::vector<pid_t> found;
  for (const pid_t pid : children_of(::getpid())) {
    if (pid == pid_ || family_.workers_.contains(pid) || family_.abandoned_.contains(pid)) continue;
    const auto status = status_of(pid);
    const auto known = seen_.find(pid);
    // A zombie has no environment left to tell; but no process of our own leaves our session.
    const bool stray = status.state == 'Z' && status.session != ::getsid(0);
    if ((known != seen_.end() && known->second == status.started) || stray ||
        began_with(pid, token_)) {
      found.push_back(pid);
    }
  }
  return found;
}

std::vector<pid_t> WorkerProcess::look() {
  std::vector<pid_t> tree = descendants_of(pid_);
  for (const pid_t orphan : adopted()) {
    tree.push_back(orphan);
    const auto more = descendants_of(orphan);
    tree.insert(tree.end(), more.begin(), more.end());
  }
  if (group_ != nullptr) {
    for (const pid_t pid : group_->members()) {
      if (pid != pid_ && std::find(tree.begin(), tree.end(), pid) == tree.end()) {
        tree.push_back(pid);
      }
    }
  }
  seen_.clear();
  for (const pid_t pid : tree) seen_[pid] = status_of(pid).started;
  return tree;
}

bool WorkerProcess::over_limit() {
  const std::int64_t limit = limits_.memory_mib << 20;
  const auto now = Clock::now();
  std::vector<pid_t> tree{pid_};
  if (now >= next_look_) {
    const auto below = look();
    tree.insert(tree.end(), below.begin(), below.end());
    next_look_ = now + kLookEvery;
  }
  if (limit == 0) return false;
  std::int64_t total = 0;
  for (const pid_t pid : tree) total += resident_bytes(pid);
  if (total <= limit || tree.size() == 1) return total > limit;
  // Forks share most of their pages: counted once, they may be within the limit yet.
  total = 0;
  for (const pid_t pid : tree) total += proportional_bytes(pid);
  return total > limit;
}

bool WorkerProcess::reaped_within(std::chrono::milliseconds time) {
  const auto until = Clock::now() + time;
  while (!reaped_) {
    const pid_t got = ::waitpid(pid_, &status_, WNOHANG);
    if (got == pid_ || (got < 0 && errno == ECHILD)) {
      reaped_ = true;
      break;
    }
    if (Clock::now() >= until) return false;
    std::this_thread::sleep_for(2ms);
    drain_output();
  }
  return true;
}

void WorkerProcess::sweep() {
  for (int round = 0; round < (reaped_ ? kSweepRounds : kFewRounds); ++round) {
    // The group outlives its leader while any member is alive.
    bool left = ::kill(-pid_, SIGKILL) == 0;
    if (group_ != nullptr) group_->kill_all();
    for (const pid_t pid : look()) {
      ::kill(pid, SIGKILL);
      // Fails for those whose parent is still there: once that is dead they are our children.
      ::waitpid(pid, nullptr, WNOHANG);
      left = true;
    }
    if (!left) return;
    if (round > 3) std::this_thread::sleep_for(5ms);
  }
}

int WorkerProcess::end(std::chrono::milliseconds asked) {
  if (!reaped_ && !abandoned_ && !reaped_within(asked)) {
    look();
    ::kill(-pid_, SIGTERM);
    ::kill(-pid_, SIGCONT);  // a stopped process takes no SIGTERM
    if (!reaped_within(limits_.grace)) return kill();
  }
  if (abandoned_) return status_;
  sweep();
  drain_output();
  return status_;
}

int WorkerProcess::kill() {
  look();
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);  // before its setsid() there is no such group yet
  const bool gone = reaped_within(limits_.patience);
  sweep();
  drain_output();
  if (!gone) {
    abandoned_ = true;
    family_.abandoned_.insert(pid_);
  }
  return status_;
}

void WorkerProcess::pause(bool on) {
  if (!reaped_) ::kill(-pid_, on ? SIGSTOP : SIGCONT);
}

bool WorkerProcess::out_of_memory() const { return group_ != nullptr && group_->oom_kills() > 0; }

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

}  // namespace paretune::harness
