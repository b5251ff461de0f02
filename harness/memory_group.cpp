// SPDX-License-Identifier: Apache-2.0
#include "harness/memory_group.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "paretune-";

bool write_text(const fs::path& file, const std::string& text) {
  // Not std::ofstream alone: it would create a file where the kernel offers none.
  if (!fs::exists(file)) return false;
  std::ofstream out(file);
  out << text << std::flush;
  return out.good();
}

/// The number behind `word` in a file of "word number" lines; 0 when it is not there.
std::int64_t counter(const fs::path& file, const std::string& word) {
  std::ifstream in(file);
  std::string name;
  std::int64_t value = 0;
  while (in >> name >> value) {
    if (name == word) return value;
  }
  return 0;
}

/// Mount point of a hierarchy: version 2, or version 1 with the memory controller.
fs::path mount_point(int version) {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string device, folder, type, options;
    words >> device >> folder >> type >> options;
    options = "," + options + ",";
    if (version == 2 && type == "cgroup2") return folder;
    if (version == 1 && type == "cgroup" && options.find(",memory,") != std::string::npos) {
      return folder;
    }
  }
  return {};
}

/// This process's group in that hierarchy: "/user.slice/..." (lines "id:controllers:path").
std::string own_group(int version) {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool ours =
        version == 2 ? controllers == ",," : controllers.find(",memory,") != std::string::npos;
    if (ours) return line.substr(second + 1);
  }
  return "";
}

/// Groups of supervisors that were killed: empty, so that rmdir(2) takes them. Others' are not.
void remove_stale(const fs::path& parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    const long owner = std::strtol(name.c_str() + kPrefix.size(), nullptr, 10);
    if (owner > 0 && ::kill(static_cast<pid_t>(owner), 0) != 0 && errno == ESRCH) {
      ::rmdir(entry.path().c_str());
    }
  }
}

}  // namespace

std::vector<MemoryGroup::Place> MemoryGroup::places() {
  std::vector<Place> found;
  for (const int version : {2, 1}) {
    const fs::path mount = mount_point(version);
    const std::string group = own_group(version);
    if (mount.empty() || group.empty()) continue;
    found.push_back({mount / fs::path(group).relative_path(), version});
  }
  return found;
}

std::unique_ptr<MemoryGroup> MemoryGroup::make(const std::vector<Place>& places,
                                               const std::string& name, std::int64_t limit_bytes) {
  for (const Place& place : places) {
    const fs::path folder = place.folder / (std::string(kPrefix) + name);
    remove_stale(place.folder);
    if (::mkdir(folder.c_str(), 0755) != 0) continue;
    auto group = adopt(folder, place.version);
    if (group->limit(limit_bytes)) return group;
  }
  return nullptr;
}

std::unique_ptr<MemoryGroup> MemoryGroup::adopt(fs::path folder, int version) {
  return std::unique_ptr<MemoryGroup>(new MemoryGroup(std::move(folder), version));
}

bool MemoryGroup::limit(std::int64_t bytes) const {
  const std::string text = std::to_string(bytes);
  if (version_ == 1) return write_text(folder_ / "memory.limit_in_bytes", text);
  if (!write_text(folder_ / "memory.max", text)) return false;
  // One member too many and all of them go: half a worker is no worker.
  write_text(folder_ / "memory.oom.group", "1");
  return true;
}

std::vector<pid_t> MemoryGroup::members() const {
  std::ifstream in(folder_ / "cgroup.procs");
  std::vector<pid_t> pids;
  for (pid_t pid = 0; in >> pid;) pids.push_back(pid);
  return pids;
}

std::int64_t MemoryGroup::oom_kills() const {
  return counter(folder_ / (version_ == 2 ? "memory.events" : "memory.oom_control"), "oom_kill");
}

void MemoryGroup::kill_all() const {
  if (version_ == 2 && write_text(folder_ / "cgroup.kill", "1")) return;
  for (const pid_t pid : members()) {
    if (pid > 1 && pid != ::getpid()) ::kill(pid, SIGKILL);
  }
}

MemoryGroup::~MemoryGroup() {
  using namespace std::chrono_literals;
  // A group can only be removed once its last member is reaped.
  for (int attempt = 0; attempt < 50; ++attempt) {
    if (::rmdir(folder_.c_str()) == 0 || errno == ENOENT) return;
    kill_all();
    std::this_thread::sleep_for(2ms);
  }
}

}  // namespace paretune::harness
