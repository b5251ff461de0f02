// SPDX-License-Identifier: Apache-2.0
#include "harness/side_process.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "harness/errors.h"
#include "harness/protocol.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using results::Failure;
using results::Outcome;
using namespace std::chrono_literals;

constexpr auto kOpenTime = 300s;  // large models take their time to load
constexpr auto kRunTime = 120s;

/// The nearest folder above the program, or its own, that holds `name`; empty when there is none.
fs::path above_program(const fs::path& name) {
  std::error_code ignored;
  fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  while (!folder.empty()) {
    if (fs::exists(folder / name, ignored)) return folder / name;
    if (folder == folder.root_path()) break;
    folder = folder.parent_path();
  }
  return {};
}

fs::path adapters_folder() {
  if (const char* set = std::getenv("PARETUNE_ADAPTERS"); set != nullptr) return set;
  const fs::path marker = above_program(fs::path("adapters") / "side.py");
  return marker.empty() ? marker : marker.parent_path();
}

std::string python() {
  if (const char* set = std::getenv("PARETUNE_PYTHON"); set != nullptr) return set;
  const fs::path own = above_program(".deps/venv/bin/python");
  return own.empty() ? "/usr/bin/python3" : own.string();
}

std::vector<std::string> command(const SideTarget& target, const fs::path& self) {
  if (target.runtime == "paretune") return {self.string(), "worker", "--side"};
  return {python(), (adapters_folder() / (target.runtime + ".py")).string()};
}

Json encode(const SideTarget& target) {
  return {{"path", fs::absolute(target.path).string()},
          {"package", target.is_package()},
          {"scheme", target.scheme},
          {"device", target.device},
          {"threads", target.threads},
          {"dims", target.dims},
          {"inputs", target.inputs.empty() ? "" : fs::absolute(target.inputs).string()}};
}

}  // namespace

std::vector<std::string> adapters() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(adapters_folder(), ignored)) {
    const fs::path& file = entry.path();
    if (file.extension() == ".py" && file.stem() != "side") names.push_back(file.stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

SideProcess::SideProcess(const SideTarget& target, const fs::path& self)
    : name_(fmt::format("{}:{}", target.runtime, target.path.string())),
      process_(std::make_unique<WorkerProcess>(command(target, self), 0)) {
  std::string line;
  if (process_->wait(WorkerProcess::Clock::now() + kOpenTime, line) != WorkerProcess::Event::line) {
    throw SideFailure(
        {Outcome::crash, "load", fmt::format("{} did not start: {}", name_, process_->tail()), 0});
  }
  const Json hello = Json::parse(line, nullptr, false);
  if (!hello.is_object() || hello.value("version", 0) != kProtocolVersion) {
    throw SideFailure({Outcome::crash, "load",
                       fmt::format("{} speaks another version of the protocol", name_), 0});
  }
}

SideProcess::~SideProcess() { process_->post("{\"request\":\"bye\"}\n"); }

std::string SideProcess::request(const std::string& kind, const std::string& value) {
  const std::int64_t id = next_id_++;
  process_->post(Json({{"request", kind}, {"id", id}, {"value", Json::parse(value)}}).dump() +
                 "\n");
  const std::string stage = kind == "open" ? "load" : "latency";
  const auto time = kind == "open" ? kOpenTime : kRunTime;
  std::string line;
  const auto event = process_->wait(WorkerProcess::Clock::now() + time, line);
  if (event == WorkerProcess::Event::timeout) {
    process_->end();
    throw SideFailure(
        {Outcome::hang, stage, fmt::format("{} gave no answer to '{}'", name_, kind), SIGTERM});
  }
  if (event == WorkerProcess::Event::closed) {
    const std::optional<int> status = process_->end(2s);
    const int signal = status && WIFSIGNALED(*status) ? WTERMSIG(*status) : 0;
    throw SideFailure({Outcome::crash, stage,
                       fmt::format("{} ended without an answer: {}", name_, process_->tail()),
                       signal});
  }
  const Json reply = Json::parse(line, nullptr, false);
  if (!reply.is_object() || reply.value("id", std::int64_t{0}) != id) {
    throw SideFailure({Outcome::crash, stage, name_ + " sent what is no reply", 0});
  }
  if (reply.value("reply", "") == "error") {
    throw SideFailure(
        {Outcome::unsupported, stage, name_ + ": " + reply.value("message", "no reason"), 0});
  }
  return reply.value("value", Json::object()).dump();
}

SideIdentity SideProcess::open(const SideTarget& target) {
  const Json value = Json::parse(request("open", encode(target).dump()));
  return {value.value("runtime", ""), value.value("version", ""), value.value("what", ""),
          value.value("threads", target.threads)};
}

SideSample SideProcess::sample() {
  const Json value = Json::parse(request("sample", R"({"runs":1})"));
  SideSample sample;
  try {
    value.at("wall_ns").at(0).get_to(sample.wall_ns);
    value.at("cpu_ns").at(0).get_to(sample.cpu_ns);
  } catch (const Json::exception&) {
    throw SideFailure({Outcome::crash, "latency", name_ + " sent a sample without times", 0});
  }
  return sample;
}

void SideProcess::write_outputs(const fs::path& folder) {
  request("outputs", Json{{"folder", fs::absolute(folder).string()}}.dump());
}

void SideProcess::write_inputs(const fs::path& folder) {
  request("inputs", Json{{"folder", fs::absolute(folder).string()}}.dump());
}

}  // namespace paretune::harness
