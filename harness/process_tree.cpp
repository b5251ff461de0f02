// SPDX-License-Identifier: Apache-2.0
#include "harness/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace paretune::harness {
namespace {

/// "" when it cannot be read.
std::string read_whole(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  std::string text;
  char chunk[4096];
  for (ssize_t got = 0; (got = ::read(fd, chunk, sizeof chunk)) > 0;) {
    text.append(chunk, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return text;
}

void append_children(const std::string& file, std::vector<pid_t>& pids) {
  std::istringstream words(read_whole(file));
  for (pid_t pid = 0; words >> pid;) pids.push_back(pid);
}

}  // namespace

ProcessStatus status_of(pid_t pid) {
  const std::string text = read_whole(fmt::format("/proc/{}/stat", pid));
  // The name, in parentheses, may hold anything, parentheses too.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream words(text.substr(name_end + 1));
  ProcessStatus status;
  pid_t parent = 0, group = 0;
  words >> status.state >> parent >> group >> status.session;
  std::string skipped;
  constexpr int kFieldsToStart = 15;  // tty (7) to itrealvalue (21)
  for (int i = 0; i < kFieldsToStart; ++i) words >> skipped;
  words >> status.started;
  return status;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> pids;
  const std::string folder = fmt::format("/proc/{}/task", pid);
  DIR* tasks = ::opendir(folder.c_str());
  if (tasks == nullptr) return pids;
  while (const dirent* task = ::readdir(tasks)) {
    if (task->d_name[0] != '.') {
      append_children(fmt::format("{}/{}/children", folder, task->d_name), pids);
    }
  }
  ::closedir(tasks);
  return pids;
}

std::vector<pid_t> descendants_of(pid_t pid) {
  std::vector<pid_t> found = children_of(pid);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto more = children_of(found[i]);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

std::int64_t resident_bytes(pid_t pid) {
  std::istringstream words(read_whole(fmt::format("/proc/{}/statm", pid)));
  std::int64_t size = 0, resident = 0;
  words >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::int64_t proportional_bytes(pid_t pid) {
  const std::string text = read_whole(fmt::format("/proc/{}/smaps_rollup", pid));
  const auto at = text.find("\nPss:");
  if (at == std::string::npos) return resident_bytes(pid);
  return std::strtoll(text.c_str() + at + 5, nullptr, 10) * 1024;
}

bool began_with(pid_t pid, const std::string& entry) {
  const std::string text = read_whole(fmt::format("/proc/{}/environ", pid));
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find('\0', begin), text.size());
    if (text.compare(begin, end - begin, entry) == 0) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace paretune::harness
