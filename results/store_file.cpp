// SPDX-License-Identifier: Apache-2.0
#include "results/store_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include "results/refuse.h"

namespace paretune::results {

namespace {

namespace fs = std::filesystem;

/// access() asks for the real user; what counts is the effective one.
bool allowed(const fs::path& path, int how) {
  return faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) == 0;
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

void check_writable(const fs::path& file, bool exists) {
  const fs::path folder = folder_of(file);
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw refuse("the folder '{}' for the results database '{}' does not exist; create it first",
                 folder.string(), file.string());
  }
  if (exists && !allowed(file, W_OK)) {
    throw refuse(
        "the results database '{}' is read-only; change its permissions or name another file",
        file.string());
  }
  if (!allowed(folder, W_OK | X_OK)) {
    throw refuse(
        "the folder of the results database '{}' cannot be written; change its permissions "
        "or name a file elsewhere",
        file.string());
  }
}

/// SQLite itself would only notice at the first read, with less to say.
void check_header(const fs::path& file) {
  std::array<char, 16> header{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(header.data(), header.size());
  const std::string_view expected("SQLite format 3\0", 16);
  if (std::string_view(header.data(), header.size()) != expected) {
    throw refuse("'{}' is not a results database (not an SQLite file); name another file",
                 file.string());
  }
}

/// Type of the file system that holds a device number, as the kernel names it: "ext4",
/// "fuse.sshfs".
std::string mounted_type(dev_t device) {
  const std::string wanted = fmt::format("{}:{}", major(device), minor(device));
  std::ifstream table("/proc/self/mountinfo");
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string id, parent, number;
    words >> id >> parent >> number;
    const std::size_t dash = line.find(" - ");
    if (number != wanted || dash == std::string::npos) continue;
    return line.substr(dash + 3, line.find(' ', dash + 3) - dash - 3);
  }
  return "";
}

/// Remote file systems that reach the kernel through FUSE; the others of that kind are local disks.
bool remote_fuse(std::string_view type) {
  static constexpr std::array<std::string_view, 9> names = {
      "sshfs", "s3fs", "gcsfuse", "rclone", "davfs", "glusterfs", "ceph", "smbnetfs", "curlftpfs"};
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return type.find(name) != std::string_view::npos;
  });
}

}  // namespace

std::string_view network_file_system(std::int64_t magic, std::string_view type) {
  // linux/magic.h and statfs(2); not every kernel's headers name all of them.
  static constexpr std::array<std::pair<std::int64_t, std::string_view>, 10> known = {{
      {0x6969, "NFS"},
      {0xff534d42, "CIFS"},
      {0xfe534d42, "SMB"},
      {0x517b, "SMB"},
      {0x0bd00bd0, "Lustre"},
      {0x47504653, "GPFS"},
      {0x00c36400, "Ceph"},
      {0x5346414f, "AFS"},
      {0x6b414653, "AFS"},
      {0x19830326, "BeeGFS"},
  }};
  for (const auto& [number, name] : known) {
    if (number == (magic & 0xffffffff)) return name;
  }
  constexpr std::int64_t fuse = 0x65735546;
  return magic == fuse && remote_fuse(type) ? type : std::string_view();
}

std::string network_file_system_of(const fs::path& file) {
  const std::string folder = folder_of(file).string();
  struct statfs system {};
  struct stat place {};
  if (statfs(folder.c_str(), &system) != 0 || stat(folder.c_str(), &place) != 0) return "";
  const std::string type = mounted_type(place.st_dev);
  return std::string(network_file_system(static_cast<std::int64_t>(system.f_type), type));
}

void check_local(const fs::path& file) {
  const std::string name = network_file_system_of(file);
  if (name.empty()) return;
  throw refuse(
      "the results database '{}' is on a network file system ({}), where the memory its "
      "write-ahead log needs is not shared between machines; name a file on a local disk and copy "
      "it when the session ends",
      file.string(), name);
}

void ignore_file_size_signal() {
  struct sigaction action {};
  if (sigaction(SIGXFSZ, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) return;
  action.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &action, nullptr);
}

bool empty_log(const fs::path& file) {
  const fs::path log = file.string() + "-wal";
  std::error_code ignored;
  return !fs::exists(log, ignored) || fs::file_size(log, ignored) == 0;
}

bool check_file(const fs::path& file, Store::Mode mode) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  const bool exists = fs::exists(status);
  if (exists && !fs::is_regular_file(status)) {
    throw refuse("'{}' is not a file; name a file for the results database", file.string());
  }
  if (mode == Store::Mode::read_write) {
    check_writable(file, exists);
    check_local(file);
  } else if (!exists) {
    throw refuse("the results database '{}' does not exist; check the name, or tune a model first",
                 file.string());
  }
  if (!exists) return false;
  if (!allowed(file, R_OK)) {
    throw refuse("the results database '{}' cannot be read; change its permissions", file.string());
  }
  if (fs::file_size(file, error) == 0) return false;
  check_header(file);
  return true;
}

/// file: URI with immutable=1, for which SQLite takes no locks and makes no files.
std::string immutable_uri(const fs::path& file) {
  std::string uri = "file:";
  for (const char c : fs::absolute(file).string()) {
    const bool special = c == '?' || c == '#' || c == '%';
    uri += special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return uri + "?immutable=1";
}

}  // namespace paretune::results
