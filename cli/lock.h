// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace paretune::cli {

/// Keeps a second sweep away from a database: flock(2) on "<database>.lock", released with the
/// process.
class DatabaseLock {
 public:
  /// Throws harness::ConfigError when another process holds it or the folder cannot be written.
  explicit DatabaseLock(const std::filesystem::path& database);
  ~DatabaseLock();
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace paretune::cli
