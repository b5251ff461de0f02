// SPDX-License-Identifier: Apache-2.0
#include "cli/lock.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "harness/errors.h"

namespace paretune::cli {
namespace {

/// "study 'x', process 12 on host, since 2026-01-31 10:00:00 UTC" in a lock file; "" when what it
/// holds is not that: anybody may write there.
std::string holder(int fd) {
  std::array<char, 512> bytes{};
  const ssize_t got = ::pread(fd, bytes.data(), bytes.size(), 0);
  const std::string text(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  if (!text.starts_with("study '") || !text.ends_with("\n")) return "";
  return text.substr(0, text.size() - 1);
}

/// What others see. A full disk costs them the name only, so failures are of no concern.
void sign(int fd, const std::string& study) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string text = fmt::format("study '{}', process {} on {}, since {:%F %T} UTC\n", study,
                                       ::getpid(), host.data(), fmt::gmtime(std::time(nullptr)));
  if (::ftruncate(fd, 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(fd, text.data(), text.size(), 0);
  }
}

}  // namespace

DatabaseLock::DatabaseLock(const std::filesystem::path& database, const std::string& study) {
  if (std::filesystem::is_directory(database)) {
    throw harness::ConfigError(fmt::format("the database '{}' is a folder", database.string()));
  }
  const std::string file = database.string() + ".lock";
  // A link or a pipe of that name is somebody's trap: never followed, never waited for.
  fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (fd_ < 0) {
    throw harness::ConfigError(fmt::format("the database '{}' cannot be locked: '{}': {}",
                                           database.string(), file, std::strerror(errno)));
  }
  struct stat status {};
  if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd_);
    throw harness::ConfigError(fmt::format("the database '{}' cannot be locked: '{}' is not a file",
                                           database.string(), file));
  }
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) {
    sign(fd_, study);
    return;
  }
  const std::string who = holder(fd_);
  ::close(fd_);
  throw harness::ConfigError(fmt::format("another sweep is writing to the database '{}'{}",
                                         database.string(), who.empty() ? "" : " (" + who + ")"));
}

DatabaseLock::~DatabaseLock() { ::close(fd_); }

}  // namespace paretune::cli
