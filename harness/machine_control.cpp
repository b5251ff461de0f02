// SPDX-License-Identifier: Apache-2.0
#include "harness/machine_control.h"

#include <fmt/format.h>
#include <omp.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "harness/system_files.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kNice = -5;

/// "" or why not.
std::string write_line(const fs::path& file, const std::string& value) {
  errno = 0;
  std::ofstream stream(file);
  stream << value << '\n' << std::flush;
  return stream ? "" : std::strerror(errno == 0 ? EIO : errno);
}

void bind_to(const std::vector<int>& processors) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : processors) CPU_SET(static_cast<std::size_t>(processor), &set);
  sched_setaffinity(0, sizeof set, &set);
}

std::vector<fs::path> governors(const fs::path& root) {
  std::vector<fs::path> files;
  for (const fs::path& cpu : entries(root / "sys/devices/system/cpu", "cpu")) {
    const fs::path file = cpu / "cpufreq/scaling_governor";
    if (fs::exists(file)) files.push_back(file);
  }
  return files;
}

/// File of the turbo switch and what turns it off.
std::pair<fs::path, std::string> turbo_switch(const fs::path& root) {
  const fs::path cpu = root / "sys/devices/system/cpu";
  if (fs::exists(cpu / "intel_pstate/no_turbo")) return {cpu / "intel_pstate/no_turbo", "1"};
  if (fs::exists(cpu / "cpufreq/boost")) return {cpu / "cpufreq/boost", "0"};
  return {};
}

/// The state file is another's word: only what a PreparedMachine changes is written back.
bool may_restore(const fs::path& file, const std::string& value, const fs::path& root) {
  const auto files = governors(root);
  const bool ours = std::find(files.begin(), files.end(), file) != files.end() ||
                    file == turbo_switch(root).first;
  return ours && !value.empty() && value.size() < 32 &&
         std::all_of(value.begin(), value.end(), [](unsigned char c) { return std::isalnum(c); });
}

Json read_state(const fs::path& file) {
  std::ifstream stream(file);
  Json json = Json::parse(stream, nullptr, false);
  return json.is_object() ? json : Json::object();
}

}  // namespace

std::vector<int> allowed_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> allowed;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) allowed.push_back(cpu);
    }
  }
  if (allowed.empty()) allowed.push_back(0);
  return allowed;
}

std::vector<int> one_per_core(const std::vector<int>& allowed, const fs::path& root) {
  std::vector<int> chosen;
  std::set<std::string> cores;
  for (const int cpu : allowed) {
    const fs::path topology =
        root / "sys/devices/system/cpu" / fmt::format("cpu{}", cpu) / "topology";
    const auto siblings = first_line(topology / "thread_siblings_list").value_or("");
    if (siblings.empty() || cores.insert(siblings).second) chosen.push_back(cpu);
  }
  return chosen;
}

PinnedThreads::PinnedThreads(int threads) : threads_(threads), before_(allowed_processors()) {
  const std::vector<int> cores = one_per_core(before_);
  pinned_ = threads > 0 && static_cast<std::size_t>(threads) <= cores.size();
  if (!pinned_) return;
#pragma omp parallel num_threads(threads)
  bind_to({cores[static_cast<std::size_t>(omp_get_thread_num())]});
}

PinnedThreads::~PinnedThreads() {
  if (!pinned_) return;
#pragma omp parallel num_threads(threads_)
  bind_to(before_);
}

PreparedMachine::PreparedMachine(fs::path state_file, fs::path root)
    : state_file_(std::move(state_file)), root_(std::move(root)) {
  for (const std::string& restored : restore_machine(state_file_, root_)) {
    changed_.push_back("left by an earlier run, restored: " + restored);
  }
  const auto governor_files = governors(root_);
  const auto [turbo, off] = turbo_switch(root_);
  Json state = Json::object();
  for (const fs::path& file : governor_files) state[file.string()] = first_line(file).value_or("");
  if (!turbo.empty()) state[turbo.string()] = first_line(turbo).value_or("");
  // Written before the first change: whatever ends the process, the old values are known.
  if (!state.empty()) {
    if (const auto why = write_line(state_file_, state.dump()); !why.empty()) {
      throw std::runtime_error(fmt::format("{}: {}", state_file_.string(), why));
    }
  }
  write("scaling_governor", governor_files, "performance",
        "sudo cpupower frequency-set -g performance");
  write("turbo switch", turbo.empty() ? std::vector<fs::path>{} : std::vector<fs::path>{turbo}, off,
        fmt::format("echo {} | sudo tee {}", off, turbo.string()));
  set_priority();
}

void PreparedMachine::write(const std::string& what, const std::vector<fs::path>& files,
                            const std::string& value, const std::string& command) {
  if (files.empty()) {
    refused_.push_back(what + ": this system has none to set");
    return;
  }
  std::set<std::string> before;
  std::size_t written = 0;
  std::string why;
  for (const fs::path& file : files) {
    const std::string old = first_line(file).value_or("");
    if (old == value) continue;
    why = write_line(file, value);
    if (!why.empty()) break;
    before.insert(old);
    ++written;
  }
  if (written > 0) {
    changed_.push_back(fmt::format("{} of {} processors: {} -> {}", what, written,
                                   fmt::join(before, ", "), value));
  }
  if (!why.empty()) refused_.push_back(fmt::format("{}: {}; try `{}`", what, why, command));
}

void PreparedMachine::set_priority() {
  errno = 0;
  const int before = getpriority(PRIO_PROCESS, 0);
  if (errno != 0 || before <= kNice) return;
  if (setpriority(PRIO_PROCESS, 0, kNice) != 0) {
    refused_.push_back(fmt::format("priority: {}; try `sudo nice -n {} paretune ...`",
                                   std::strerror(errno), kNice));
    return;
  }
  nice_before_ = before;
  changed_.push_back(fmt::format("priority: nice {} -> {}", before, kNice));
}

PreparedMachine::~PreparedMachine() {
  if (nice_before_) setpriority(PRIO_PROCESS, 0, *nice_before_);
  try {
    restore_machine(state_file_, root_);
  } catch (const std::exception&) {
    // The state file stays: the next start tries again.
  }
}

std::vector<std::string> restore_machine(const fs::path& state_file, const fs::path& root) {
  std::vector<std::string> restored;
  std::error_code ignored;
  if (!fs::exists(state_file, ignored)) return restored;
  const Json state = read_state(state_file);
  Json left = Json::object();
  for (const auto& [name, value] : state.items()) {
    if (!value.is_string()) continue;
    const auto old = value.get<std::string>();
    if (!may_restore(name, old, root) || first_line(name).value_or("") == old) continue;
    const std::string why = write_line(name, old);
    if (why.empty()) restored.push_back(fmt::format("{} = {}", name, old));
    if (!why.empty()) left[name] = old;
  }
  if (left.empty()) {
    fs::remove(state_file, ignored);
  } else {
    write_line(state_file, left.dump());
  }
  return restored;
}

}  // namespace paretune::harness
