// SPDX-License-Identifier: Apache-2.0
#include "harness/compile_pool.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "harness/errors.h"
#include "harness/messages.h"

namespace paretune::harness {
namespace {

using namespace std::chrono_literals;
using messages::Json;
using Clock = WorkerProcess::Clock;

/// Processes that died one after another: compiling ahead is given up, measuring goes on.
constexpr int kMostDeaths = 8;

std::string key_of(const KernelRequest& request) { return messages::encode(request).dump(); }

}  // namespace

/// One process: greeted, then told the study, then given one setting after another.
struct CompilePool::Helper {
  enum class State { starting, configuring, idle, busy };
  std::unique_ptr<WorkerProcess> worker;
  State state = State::starting;
  std::string key;  ///< what it works on while busy
  Clock::time_point due;
};

CompilePool::CompilePool(const Study& study, std::vector<std::string> argv,
                         const WorkerLimits& limits, WorkerFamily& family, int processes)
    : study_(study),
      argv_(std::move(argv)),
      limits_(limits),
      family_(family),
      processes_(static_cast<std::size_t>(std::max(processes, 0))) {}

CompilePool::~CompilePool() = default;

void CompilePool::want(const std::vector<KernelRequest>& requests) {
  waiting_.assign(requests.begin(), requests.end());
  pump();
}

void CompilePool::claim(const KernelRequest& request) {
  const std::string key = key_of(request);
  std::erase_if(waiting_, [&](const KernelRequest& other) { return key_of(other) == key; });
  const auto working = [&] {
    return std::any_of(helpers_.begin(), helpers_.end(), [&](const auto& helper) {
      return helper->state == Helper::State::busy && helper->key == key;
    });
  };
  while (working()) {
    std::this_thread::sleep_for(2ms);
    pump();
  }
}

void CompilePool::pump() {
  if (paused_) return;
  while (helpers_.size() < std::min(processes_, waiting_.size()) && deaths_ < kMostDeaths) {
    auto helper = std::make_unique<Helper>();
    try {
      helper->worker = std::make_unique<WorkerProcess>(argv_, limits_, family_);
    } catch (const WorkerError&) {
      ++deaths_;
      return;
    }
    helper->due = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(study_.build_seconds));
    helpers_.push_back(std::move(helper));
  }
  for (auto& helper : helpers_) advance(*helper);
  std::erase_if(helpers_, [](const auto& helper) { return helper->worker == nullptr; });
}

void CompilePool::advance(Helper& helper) {
  for (;;) {
    if (helper.state == Helper::State::idle) give_work(helper);
    std::string line;
    const auto event = helper.worker->wait(Clock::now(), line);
    if (event == WorkerProcess::Event::line) {
      answered(helper, line);
      if (helper.worker != nullptr) continue;
    } else if (event != WorkerProcess::Event::timeout ||
               (helper.state != Helper::State::idle && Clock::now() >= helper.due)) {
      helper.worker.reset();
      ++deaths_;
    }
    return;
  }
}

void CompilePool::answered(Helper& helper, const std::string& line) {
  const Json message = Json::parse(line, nullptr, false);
  const std::string reply = message.is_object() ? message.value("reply", "") : "";
  if (reply == "begin" || reply == "stage") return;
  if (helper.state == Helper::State::starting && reply == "hello" &&
      message.value("version", 0) == kProtocolVersion) {
    helper.worker->post(
        messages::line({{"request", "configure"}, {"id", 1}, {"value", study_.json()}}));
    helper.state = Helper::State::configuring;
    return;
  }
  if (helper.state == Helper::State::configuring && reply == "result") {
    helper.state = Helper::State::idle;
    return;
  }
  const bool done =
      helper.state == Helper::State::busy && (reply == "result" || reply == "failure");
  if (!done) {
    helper.worker.reset();
    ++deaths_;
    return;
  }
  if (reply == "result") {
    ++compiled_;
    deaths_ = 0;
  } else {
    // After an error of its device nothing more should come from this process.
    helper.worker.reset();
  }
  helper.state = Helper::State::idle;
}

void CompilePool::give_work(Helper& helper) {
  if (waiting_.empty()) return;
  const Json value = messages::encode(waiting_.front());
  waiting_.pop_front();
  helper.key = value.dump();
  helper.state = Helper::State::busy;
  helper.due = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                  std::chrono::duration<double>(study_.build_seconds));
  helper.worker->post(messages::line({{"request", "compile"}, {"id", 2}, {"value", value}}));
}

void CompilePool::pause(bool on) {
  if (on == paused_) return;
  paused_ = on;
  const auto now = Clock::now();
  for (auto& helper : helpers_) {
    helper->worker->pause(on);
    if (!on) helper->due = std::max(helper->due, now + 1s);
  }
}

}  // namespace paretune::harness
