// SPDX-License-Identifier: Apache-2.0
#include "cli/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/errors.h"

namespace paretune::cli {

DatabaseLock::DatabaseLock(const std::filesystem::path& database) {
  if (std::filesystem::is_directory(database)) {
    throw harness::ConfigError(fmt::format("the database '{}' is a folder", database.string()));
  }
  const std::string file = database.string() + ".lock";
  fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) {
    throw harness::ConfigError(fmt::format("the database '{}' cannot be written: {}",
                                           database.string(), std::strerror(errno)));
  }
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(fd_);
  throw harness::ConfigError(
      fmt::format("another sweep is writing to the database '{}'", database.string()));
}

DatabaseLock::~DatabaseLock() { ::close(fd_); }

}  // namespace paretune::cli
