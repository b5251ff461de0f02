// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "results/store.h"

namespace paretune::results {

/// True when the file holds something; false when it is to be made. Throws StoreError when it
/// cannot be used that way, or is no SQLite file.
bool check_file(const std::filesystem::path& file, Store::Mode mode);

/// "NFS", "SMB", "fuse.sshfs" ...; empty for a local file system. `magic` is f_type of statfs(2);
/// `type` as in /proc/self/mountinfo, for file systems in user space.
std::string_view network_file_system(std::int64_t magic, std::string_view type);
/// That of the file's folder.
std::string network_file_system_of(const std::filesystem::path& file);

/// Throws StoreError when the file's folder is on a network file system.
void check_local(const std::filesystem::path& file);

/// No committed rows wait in the write-ahead log.
bool empty_log(const std::filesystem::path& file);

/// file: URI with immutable=1, for which SQLite takes no locks and makes no files.
std::string immutable_uri(const std::filesystem::path& file);

/// Beyond RLIMIT_FSIZE the kernel ends a process that did not ask for an error instead. For the
/// whole process; a handler that stands stays.
void ignore_file_size_signal();

}  // namespace paretune::results
