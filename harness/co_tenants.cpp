// SPDX-License-Identifier: Apache-2.0
#include "harness/co_tenants.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "harness/machine_control.h"

namespace paretune::harness {
namespace {

constexpr std::size_t kBytes = std::size_t{16} << 20;
constexpr std::size_t kLine = 64;
constexpr int kProducts = 2'000'000;

/// The child of a process with threads: system calls and own memory only, no allocation.
[[noreturn]] void load_machine(pid_t parent, int processor) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  // Sockets of the parent must not stay open in here after its death.
  syscall(SYS_close_range, 0U, ~0U, 0U);
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  sched_setaffinity(0, sizeof set, &set);
  void* memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  auto* bytes = memory == MAP_FAILED ? nullptr : static_cast<volatile unsigned char*>(memory);
  volatile double product = 1;
  for (;;) {
    for (std::size_t i = 0; bytes != nullptr && i < kBytes; i += kLine) {
      bytes[i] = static_cast<unsigned char>(bytes[i] + 1);
    }
    double value = product;
    for (int i = 0; i < kProducts; ++i) value = value * 0.999999 + 1e-6;
    product = value;
  }
}

}  // namespace

CoTenants::CoTenants(int count) {
  const std::vector<int> processors = allowed_processors();
  const pid_t self = getpid();
  for (int i = 0; i < count; ++i) {
    const int processor = processors[static_cast<std::size_t>(i) % processors.size()];
    const pid_t child = fork();
    if (child == 0) load_machine(self, processor);
    if (child < 0) {
      const int error = errno;
      end();
      throw std::system_error(error, std::generic_category(), "a co-tenant could not be started");
    }
    processes_.push_back(child);
  }
}

CoTenants::~CoTenants() { end(); }

void CoTenants::end() {
  for (const pid_t process : processes_) kill(process, SIGKILL);
  for (const pid_t process : processes_) {
    while (waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  processes_.clear();
}

}  // namespace paretune::harness
