// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace paretune::cli {

/// Keeps a second sweep away from a database, whatever its study: flock(2) on "<database>.lock",
/// released with the process, however that ends. The file says who holds it and since when; one
/// that nobody holds means nothing, whatever stands in it, and is never removed.
class DatabaseLock {
 public:
  /// `study`: what the holder's refusal of others names. Throws harness::ConfigError when another
  /// process holds it (naming that one) or the folder cannot be written.
  DatabaseLock(const std::filesystem::path& database, const std::string& study);
  ~DatabaseLock();
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace paretune::cli
