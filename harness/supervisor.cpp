// SPDX-License-Identifier: Apache-2.0
#include "harness/supervisor.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <csignal>
#include <optional>

#include "harness/errors.h"
#include "harness/messages.h"
#include "harness/worker_process.h"

namespace paretune::harness {
namespace {

using namespace std::chrono_literals;
using messages::Json;
using results::Failure;
using results::Outcome;
using Clock = WorkerProcess::Clock;

// describe and calibrate read whole files and open drivers; no candidate is waiting for them.
constexpr auto kSetupTime = 120s;
// A worker that closed its channel gets so long to leave before it is told to.
constexpr auto kLeaveTime = 2s;
constexpr int kStartAttempts = 3;
constexpr std::size_t kLongestReason = 300;

/// The last line with something on it: usually what a dying program said.
std::string last_words(const std::string& tail) {
  const auto end = tail.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return "";
  const auto newline = tail.rfind('\n', end);
  const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
  return tail.substr(begin, std::min(end + 1 - begin, kLongestReason));
}

/// What a worker's end says of the request in flight.
Failure failure_of_end(int status, const std::string& stage, const std::string& tail) {
  const bool out_of_memory = tail.find("bad_alloc") != std::string::npos ||
                             tail.find("Cannot allocate memory") != std::string::npos;
  Failure failure{out_of_memory ? Outcome::host_oom : Outcome::crash, stage, "", 0};
  if (WIFSIGNALED(status)) {
    failure.signal = WTERMSIG(status);
    failure.reason = fmt::format("the worker was killed by {}", signal_name(failure.signal));
  } else {
    failure.reason =
        fmt::format("the worker exited with code {} without a result", WEXITSTATUS(status));
  }
  if (const std::string words = last_words(tail); !words.empty()) failure.reason += ": " + words;
  return failure;
}

}  // namespace

struct Supervisor::State {
  /// What came back for a request: a value, or what the request is charged with.
  using Reply = std::variant<Json, Failure>;

  Study study;
  std::vector<std::string> argv;
  std::unique_ptr<WorkerProcess> worker;
  std::optional<model::QuantParameters> parameters;
  std::int64_t next_id = 1;
  int started = 0;

  ~State() { dismiss(); }

  /// Lets the worker go in peace, if there is one.
  void dismiss() {
    if (worker == nullptr) return;
    worker->post(messages::line({{"request", "bye"}}));
    std::string line;
    while (worker->wait(Clock::now() + 500ms, line) == WorkerProcess::Event::line) {
    }
    worker.reset();
  }

  std::chrono::duration<double> limit(const std::string& kind, const std::string& stage) const {
    if (kind != "kernel" && kind != "evaluate") return kSetupTime;
    return std::chrono::duration<double>(stage == "build" ? study.build_seconds
                                                          : study.run_seconds);
  }

  /// Sends to the running worker and reads until an answer. `begun` tells whether the worker took
  /// it up. After a death the worker is gone. Throws what an error message stands for.
  Reply exchange(const std::string& kind, const Json& value, bool& begun) {
    const std::int64_t id = next_id++;
    worker->post(messages::line({{"request", kind}, {"id", id}, {"value", value}}));
    std::string stage = kind == "kernel" || kind == "evaluate" ? "build" : kind;
    const auto due = [&] {
      return Clock::now() + std::chrono::duration_cast<Clock::duration>(limit(kind, stage));
    };
    auto deadline = due();
    std::string line;
    for (;;) {
      const auto event = worker->wait(deadline, line);
      if (event == WorkerProcess::Event::timeout) return hung(kind, stage);
      if (event == WorkerProcess::Event::closed) return died(stage);
      const Json message = Json::parse(line, nullptr, false);
      const std::string reply = kind_of(message, id);
      if (reply == "begin") {
        begun = true;
      } else if (reply == "stage") {
        if (message.contains("stage") && message.at("stage").is_string())
          stage = message.at("stage");
        deadline = due();
      } else if (reply == "result" && message.contains("value")) {
        return message.at("value");
      } else if (reply == "failure" && message.contains("value")) {
        return failed(message.at("value"), stage);
      } else if (reply == "error") {
        messages::rethrow(message);
      } else {
        return garbled(stage);
      }
    }
  }

  /// "" for anything that is no reply to request `id`.
  static std::string kind_of(const Json& message, std::int64_t id) {
    if (!message.is_object() || !message.contains("reply") || !message.contains("id")) return "";
    if (message.at("id") != id || !message.at("reply").is_string()) return "";
    return message.at("reply").get<std::string>();
  }

  Reply failed(const Json& value, const std::string& stage) {
    try {
      auto failure = messages::decode<Failure>(value);
      // What an exhausted process would measure next says nothing about the next candidate.
      if (failure.outcome == Outcome::host_oom || failure.outcome == Outcome::device_oom) {
        worker.reset();
      }
      return failure;
    } catch (const std::exception&) {
      return garbled(stage);
    }
  }

  Failure hung(const std::string& kind, const std::string& stage) {
    worker->end();
    worker.reset();
    return {Outcome::hang, stage,
            fmt::format("no answer within {:g} s in stage '{}'", limit(kind, stage).count(), stage),
            SIGTERM};
  }

  Failure died(const std::string& stage) {
    const int status = worker->end(kLeaveTime);
    Failure failure = failure_of_end(status, stage, worker->tail());
    worker.reset();
    return failure;
  }

  Failure garbled(const std::string& stage) {
    worker->end();
    worker.reset();
    return {Outcome::crash, stage, "the worker sent bytes that are no message of the protocol", 0};
  }

  /// The exchange once the worker is ready; a worker that is gone before it took the request up is
  /// replaced.
  Reply request(const std::string& kind, const Json& value) {
    Reply reply;
    for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
      ensure_worker();
      bool begun = false;
      reply = exchange(kind, value, begun);
      if (begun || std::holds_alternative<Json>(reply)) return reply;
      worker.reset();
    }
    throw WorkerError(fmt::format("{} workers in a row took no request: {}", kStartAttempts,
                                  std::get<Failure>(reply).reason));
  }

  void ensure_worker() {
    std::string why;
    for (int attempt = 0; worker == nullptr && attempt < kStartAttempts; ++attempt) {
      worker = std::make_unique<WorkerProcess>(argv, study.memory_limit_mib);
      ++started;
      if (!greeted(why)) worker.reset();
    }
    if (worker == nullptr) {
      throw WorkerError(fmt::format("no worker could be started: {}", why));
    }
  }

  /// Reads hello and hands over what a worker must know.
  bool greeted(std::string& why) {
    std::string line;
    if (worker->wait(Clock::now() + kSetupTime, line) != WorkerProcess::Event::line) {
      why = died("hello").reason;
      return false;
    }
    const Json hello = Json::parse(line, nullptr, false);
    if (!hello.is_object() || !hello.contains("reply") || hello.at("reply") != "hello") {
      why = garbled("hello").reason;
      return false;
    }
    if (!hello.contains("version") || hello.at("version") != kProtocolVersion) {
      worker.reset();
      throw WorkerError("the worker speaks another version of the protocol than this program");
    }
    try {
      return told("configure", study.json(), why) &&
             (!parameters || told("set_parameters", messages::encode(*parameters), why));
    } catch (...) {
      worker.reset();  // it knows no study and is of no use to later requests
      throw;
    }
  }

  bool told(const std::string& kind, const Json& value, std::string& why) {
    bool begun = false;
    const Reply reply = exchange(kind, value, begun);
    if (const auto* failure = std::get_if<Failure>(&reply)) why = failure->reason;
    return std::holds_alternative<Json>(reply);
  }

  /// A request no candidate is charged with: a death is an error of the whole sweep.
  Json demand(const std::string& kind, const Json& value) {
    Reply reply = request(kind, value);
    if (const auto* failure = std::get_if<Failure>(&reply)) {
      throw WorkerError(fmt::format("{} failed: {}", kind, failure->reason));
    }
    return std::get<Json>(std::move(reply));
  }

  template <typename Result>
  std::variant<Result, Failure> attempt(const std::string& kind, const Json& value) {
    Reply reply = request(kind, value);
    if (auto* failure = std::get_if<Failure>(&reply)) return std::move(*failure);
    try {
      return messages::decode<Result>(std::get<Json>(reply));
    } catch (const Json::exception&) {
      return garbled("build");
    }
  }
};

Supervisor::Supervisor(const Study& study, std::vector<std::string> argv)
    : state_(std::make_unique<State>()) {
  state_->study = study;
  state_->argv = std::move(argv);
  // A worker that dies while it is written to, or a full file, must be an error code here.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

Supervisor::~Supervisor() = default;

Description Supervisor::describe() {
  return messages::decode<Description>(state_->demand("describe", Json::object()));
}

model::QuantParameters Supervisor::calibrate() {
  return messages::decode<model::QuantParameters>(state_->demand("calibrate", Json::object()));
}

void Supervisor::set_parameters(const model::QuantParameters& parameters) {
  // Remembered only once accepted: otherwise a refusal would come back from every new worker.
  state_->demand("set_parameters", messages::encode(parameters));
  state_->parameters = parameters;
}

std::variant<KernelMeasurement, Failure> Supervisor::kernel(const KernelRequest& request) {
  return state_->attempt<KernelMeasurement>("kernel", messages::encode(request));
}

std::variant<results::Measurement, Failure> Supervisor::evaluate(const EvaluateRequest& request) {
  return state_->attempt<results::Measurement>("evaluate", messages::encode(request));
}

void Supervisor::restart() { state_->dismiss(); }

int Supervisor::workers_started() const { return state_->started; }

}  // namespace paretune::harness
