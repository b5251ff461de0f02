// SPDX-License-Identifier: Apache-2.0
#include "harness/supervisor.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <set>

#include "harness/compile_pool.h"
#include "harness/deadlines.h"
#include "harness/errors.h"
#include "harness/messages.h"
#include "harness/worker_job.h"
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

}  // namespace

struct Supervisor::State {
  /// What came back for a request: a value, or what the request is charged with.
  using Reply = std::variant<Json, Failure>;

  Study study;
  std::vector<std::string> argv;
  WorkerLimits limits;
  Deadlines deadlines;
  WorkerFamily family;
  CompilePool pool;
  std::unique_ptr<WorkerProcess> worker;
  std::optional<model::QuantParameters> parameters;
  std::map<std::string, std::string> lost;  ///< devices, and why
  std::set<std::string> warm;               ///< kinds of requests this worker has answered
  std::int64_t next_id = 1;
  int started = 0;

  State(const Study& of, std::vector<std::string> command, const SupervisorTimes& times)
      : study(of),
        argv(std::move(command)),
        limits(limits_of(of, times)),
        deadlines(deadlines_of(of, times)),
        pool(of, argv, limits, family, of.compile_helpers()) {}
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

  double limit(const Job& job, const std::string& stage) const {
    return deadlines.of(job.what, job.measures() ? stage : "load", !warm.contains(job.kind));
  }

  /// Sends to the running worker and reads until an answer. `begun` tells whether the worker took
  /// it up. After a death the worker is gone. Throws what an error message stands for.
  Reply exchange(const Job& job, bool& begun) {
    Reply reply = converse(job, begun);
    pool.pause(false);
    if (std::holds_alternative<Json>(reply)) warm.insert(job.kind);
    return reply;
  }

  Reply converse(const Job& job, bool& begun) {
    const std::int64_t id = next_id++;
    worker->post(messages::line({{"request", job.kind}, {"id", id}, {"value", job.value}}));
    std::string stage = job.measures() ? "build" : job.kind;
    auto entered = Clock::now();
    std::string line;
    for (;;) {
      const std::chrono::duration<double> allowed(limit(job, stage));
      const auto event =
          worker->wait(entered + std::chrono::duration_cast<Clock::duration>(allowed), line,
                       [this] { pool.pump(); });
      if (event == WorkerProcess::Event::timeout) return hung(job, stage);
      if (event == WorkerProcess::Event::closed) return died(job, stage);
      if (event == WorkerProcess::Event::memory) return gorged(job, stage);
      const Json message = Json::parse(line, nullptr, false);
      const std::string reply = kind_of(message, id);
      if (reply == "begin") {
        begun = true;
      } else if (reply == "stage" && message.contains("stage") && message["stage"].is_string()) {
        completed(job, stage, entered);
        stage = message.at("stage");
        // Nothing is compiled beside what is timed.
        pool.pause(stage == "latency");
      } else if (reply == "result" && message.contains("value")) {
        completed(job, stage, entered);
        return message.at("value");
      } else if (reply == "failure" && message.contains("value")) {
        return failed(job, message.at("value"), stage);
      } else if (reply == "error") {
        pool.pause(false);
        messages::rethrow(message);
      } else {
        return garbled(job, stage);
      }
    }
  }

  void completed(const Job& job, const std::string& stage, Clock::time_point& entered) {
    const auto now = Clock::now();
    if (job.measures()) {
      deadlines.completed(job.what, stage, std::chrono::duration<double>(now - entered).count());
    }
    entered = now;
  }

  /// "" for anything that is no reply to request `id`.
  static std::string kind_of(const Json& message, std::int64_t id) {
    if (!message.is_object() || !message.contains("reply") || !message.contains("id")) return "";
    if (message.at("id") != id || !message.at("reply").is_string()) return "";
    return message.at("reply").get<std::string>();
  }

  Reply failed(const Job& job, const Json& value, const std::string& stage) {
    try {
      auto failure = messages::decode<Failure>(value);
      // What an exhausted or confused process would measure next says nothing of the next
      // candidate; and a device's error may have spoilt its whole context.
      const bool sound = failure.outcome == Outcome::wrong ||
                         failure.outcome == Outcome::unsupported ||
                         failure.outcome == Outcome::compile_fail;
      if (!sound) worker.reset();
      return failure;
    } catch (const std::exception&) {
      return garbled(job, stage);
    }
  }

  /// Ends the worker, by force when it has had its time, and keeps away from the devices of one
  /// that cannot be ended.
  int end(const Job& job, std::chrono::milliseconds asked, bool at_once = false) {
    const int status = at_once ? worker->kill() : worker->end(asked);
    if (worker->abandoned()) {
      const bool only_cpu = job.devices == std::vector<std::string>{"cpu"};
      for (const std::string& device : job.devices) {
        // Work on an accelerator is what hangs a driver; the processor beside it is sound.
        if (device != "cpu" || only_cpu) {
          lost[device] = "a worker on it sleeps in the kernel and cannot be killed";
        }
      }
    }
    return status;
  }

  Failure hung(const Job& job, const std::string& stage) {
    const double seconds = limit(job, stage);
    end(job, 0ms);
    std::string reason = fmt::format("no answer within {:g} s in stage '{}'", seconds, stage);
    if (worker->abandoned()) reason += "; the worker sleeps in the kernel and cannot be killed";
    worker.reset();
    return {Outcome::hang, stage, reason, SIGTERM};
  }

  Failure died(const Job& job, const std::string& stage) {
    const int status = end(job, kLeaveTime);
    Failure failure = failure_of_end(status, stage, *worker);
    worker.reset();
    return failure;
  }

  Failure gorged(const Job& job, const std::string& stage) {
    end(job, 0ms, true);
    worker.reset();
    return {Outcome::host_oom, stage,
            fmt::format("the worker held more than {} MiB", study.memory_limit_mib), SIGKILL};
  }

  Failure garbled(const Job& job, const std::string& stage) {
    end(job, 0ms);
    worker.reset();
    return {Outcome::crash, stage, "the worker sent bytes that are no message of the protocol", 0};
  }

  /// The exchange once the worker is ready; a worker that is gone before it took the request up is
  /// replaced.
  Reply request(const Job& job) {
    for (const std::string& device : job.devices) {
      if (const auto why = lost.find(device); why != lost.end()) {
        return Failure{Outcome::skipped, "build", device + ": " + why->second, 0};
      }
    }
    Reply reply;
    for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
      ensure_worker();
      bool begun = false;
      reply = exchange(job, begun);
      if (begun || std::holds_alternative<Json>(reply)) return reply;
      worker.reset();
    }
    throw WorkerError(fmt::format("{} workers in a row took no request: {}", kStartAttempts,
                                  std::get<Failure>(reply).reason));
  }

  void ensure_worker() {
    std::string why;
    for (int attempt = 0; worker == nullptr && attempt < kStartAttempts; ++attempt) {
      worker = std::make_unique<WorkerProcess>(argv, limits, family);
      warm.clear();
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
    const Job hello_job{"hello", Json::object(), "", {}};
    if (worker->wait(Clock::now() + kSetupTime, line) != WorkerProcess::Event::line) {
      why = died(hello_job, "hello").reason;
      return false;
    }
    const Json hello = Json::parse(line, nullptr, false);
    if (!hello.is_object() || !hello.contains("reply") || hello.at("reply") != "hello") {
      why = garbled(hello_job, "hello").reason;
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
    const Reply reply = exchange({kind, value, "", {}}, begun);
    if (const auto* failure = std::get_if<Failure>(&reply)) why = failure->reason;
    return std::holds_alternative<Json>(reply);
  }

  /// A request no candidate is charged with: a death is an error of the whole sweep.
  Json demand(const std::string& kind, const Json& value) {
    Reply reply = request({kind, value, "", {}});
    if (const auto* failure = std::get_if<Failure>(&reply)) {
      throw WorkerError(fmt::format("{} failed: {}", kind, failure->reason));
    }
    return std::get<Json>(std::move(reply));
  }

  template <typename Result>
  std::variant<Result, Failure> attempt(const Job& job) {
    Reply reply = request(job);
    if (auto* failure = std::get_if<Failure>(&reply)) return std::move(*failure);
    try {
      return messages::decode<Result>(std::get<Json>(reply));
    } catch (const Json::exception&) {
      return garbled(job, "build");
    }
  }
};

std::variant<KernelMeasurement, Failure> Evaluator::canary(const std::string& device) {
  return Failure{Outcome::unsupported, "build", "there is no canary for " + device, 0};
}

Supervisor::Supervisor(const Study& study, std::vector<std::string> argv,
                       const SupervisorTimes& times)
    : state_(std::make_unique<State>(study, std::move(argv), times)) {
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
  state_->pool.claim(request);
  return state_->attempt<KernelMeasurement>(
      {"kernel",
       messages::encode(request),
       fmt::format("kernel {} on {}", request.workload, request.device),
       {request.device}});
}

std::variant<results::Measurement, Failure> Supervisor::evaluate(const EvaluateRequest& request) {
  return state_->attempt<results::Measurement>(
      {"evaluate", messages::encode(request),
       fmt::format("evaluate {} pairs on {}", request.pairs, request.split),
       devices_of(request.candidate)});
}

std::variant<KernelMeasurement, Failure> Supervisor::canary(const std::string& device) {
  return state_->attempt<KernelMeasurement>(
      {"canary", Json{{"device", device}}, "canary " + device, {device}});
}

void Supervisor::restart() { state_->dismiss(); }

void Supervisor::prepare(const std::vector<KernelRequest>& soon) {
  std::vector<KernelRequest> compiled;
  for (const KernelRequest& request : soon) {
    if (request.device != "cpu") compiled.push_back(request);
  }
  state_->pool.want(compiled);
}

std::map<std::string, std::string> Supervisor::lost_devices() const { return state_->lost; }

int Supervisor::workers_started() const { return state_->started; }

int Supervisor::compiled_ahead() const { return state_->pool.compiled(); }

}  // namespace paretune::harness
