// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "devices/errors.h"
#include "harness/errors.h"
#include "harness/messages.h"
#include "harness/protocol.h"
#include "harness/study.h"
#include "model/errors.h"

namespace paretune::harness {
namespace {

using messages::Json;
using results::Failure;
using results::Outcome;

/// Blocking lines over a stream socket.
class Channel {
 public:
  explicit Channel(int fd) : fd_(fd) {}

  /// nullopt at end of file.
  std::optional<std::string> read_line() {
    for (;;) {
      if (const auto end = buffer_.find('\n'); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      char chunk[65536];
      const ssize_t got = ::read(fd_, chunk, sizeof chunk);
      if (got > 0) {
        buffer_.append(chunk, static_cast<std::size_t>(got));
      } else if (got == 0 || errno != EINTR) {
        return std::nullopt;
      }
    }
  }

  /// A supervisor that went away is noticed by the next read.
  void send(const Json& message) {
    const std::string text = messages::line(message);
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t sent = ::send(fd_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (sent > 0) {
        done += static_cast<std::size_t>(sent);
      } else if (errno != EINTR) {
        return;
      }
    }
  }

 private:
  int fd_;
  std::string buffer_;
};

/// Whether the work touches a device with a state of its own, that an error may have spoilt.
bool is_accelerator(const std::string& device) { return device != "cpu"; }

bool uses_accelerator(const model::Candidate& candidate) {
  return std::any_of(candidate.layers.begin(), candidate.layers.end(),
                     [](const auto& layer) { return is_accelerator(layer.second.device); });
}

/// For what is thrown where nothing can catch it, in a thread of a library say.
[[noreturn]] void end_by_code() {
  try {
    if (std::current_exception() != nullptr) throw;
  } catch (const std::bad_alloc&) {
    ::_exit(kOutOfMemoryExit);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "uncaught: %s\n", error.what());
  } catch (...) {
  }
  std::abort();
}

/// What a request's exception says of the candidate (call inside catch only). Rethrows what no
/// candidate can cause.
Failure failure_of_current_exception(const std::string& stage, bool accelerator) {
  try {
    throw;
  } catch (const devices::DeviceOutOfMemory& error) {
    return {Outcome::device_oom, stage, error.what(), 0};
  } catch (const devices::CompileError& error) {
    return {Outcome::compile_fail, stage, error.what(), 0};
  } catch (const devices::DeviceError& error) {
    return {accelerator ? Outcome::poisoned : Outcome::crash, stage, error.what(), 0};
  } catch (const model::UnsupportedModel& error) {
    return {Outcome::unsupported, stage, error.what(), 0};
  } catch (const model::InvalidModel&) {
    throw;
  } catch (const ConfigError&) {
    throw;
  } catch (const std::bad_alloc&) {
    return {Outcome::host_oom, stage, "host memory did not suffice within the study's limit", 0};
  } catch (const std::exception& error) {
    return {Outcome::crash, stage, error.what(), 0};
  }
}

class Server {
 public:
  Server(int fd, BackendFactory make) : channel_(fd), make_(std::move(make)) {}
  Server(int fd, Backend& backend) : channel_(fd), backend_(&backend) {}

  int run() {
    std::set_terminate(end_by_code);
    channel_.send({{"reply", "hello"}, {"version", kProtocolVersion}, {"pid", ::getpid()}});
    while (const auto line = channel_.read_line()) {
      const Json request = Json::parse(*line, nullptr, false);
      if (request.is_discarded() || !request.is_object() || !request.contains("request")) return 1;
      if (request.at("request") == "bye") return 0;
      answer(request);
    }
    return 0;
  }

 private:
  void answer(const Json& request) {
    id_ = request.value("id", std::int64_t{0});
    channel_.send({{"reply", "begin"}, {"id", id_}});
    try {
      channel_.send(reply_to(request));
    } catch (...) {
      Json error = messages::encode_current_exception();
      error.update({{"reply", "error"}, {"id", id_}});
      channel_.send(error);
    }
  }

  Json reply_to(const Json& request) {
    const auto& kind = request.at("request").get_ref<const std::string&>();
    if (kind == "configure") return configure(request);
    if (backend_ == nullptr) throw ConfigError("the worker was sent work before its study");
    if (kind == "describe") return result(messages::encode(backend_->describe()));
    if (kind == "calibrate") return result(messages::encode(backend_->calibrate(stage())));
    if (kind == "set_parameters") {
      backend_->set_parameters(messages::decode<model::QuantParameters>(request.at("value")));
      return result(Json::object());
    }
    return measured(kind, request.at("value"));
  }

  Json measured(const std::string& kind, const Json& value) {
    if (kind == "evaluate") {
      const auto evaluate = messages::decode<EvaluateRequest>(value);
      return attempt(uses_accelerator(evaluate.candidate) || uses_accelerator(evaluate.incumbent),
                     [&] { return backend_->evaluate(evaluate, stage()); });
    }
    if (kind == "canary") {
      const auto device = value.at("device").get<std::string>();
      return attempt(is_accelerator(device), [&] { return backend_->canary(device, stage()); });
    }
    if (kind == "kernel" || kind == "compile") {
      const auto kernel = messages::decode<KernelRequest>(value);
      return attempt(is_accelerator(kernel.device), [&] {
        return kind == "kernel" ? backend_->kernel(kernel, stage())
                                : backend_->compile(kernel, stage());
      });
    }
    throw ConfigError("the worker does not know the request '" + kind + "'");
  }

  Json configure(const Json& request) {
    if (make_) {
      owned_ = make_(Study::from_json(request.at("value").get<std::string>()));
      backend_ = owned_.get();
    }
    return result(Json::object());
  }

  /// Runs what may fail by the candidate's fault and sends either side of its variant.
  template <typename Work>
  Json attempt(bool accelerator, const Work& work) {
    stage_ = "build";
    try {
      auto outcome = work();
      if (auto* failure = std::get_if<Failure>(&outcome)) return failed(*failure);
      return result(messages::encode(std::get<0>(outcome)));
    } catch (...) {
      return failed(failure_of_current_exception(stage_, accelerator));
    }
  }

  Backend::Stage stage() {
    return [this](const std::string& name) {
      stage_ = name;
      channel_.send({{"reply", "stage"}, {"id", id_}, {"stage", name}});
    };
  }

  Json result(Json value) const {
    return {{"reply", "result"}, {"id", id_}, {"value", std::move(value)}};
  }
  Json failed(const Failure& failure) const {
    return {{"reply", "failure"}, {"id", id_}, {"value", messages::encode(failure)}};
  }

  Channel channel_;
  BackendFactory make_;
  std::unique_ptr<Backend> owned_;
  Backend* backend_ = nullptr;
  std::int64_t id_ = 0;
  std::string stage_;
};

}  // namespace

std::variant<KernelMeasurement, Failure> Backend::canary(const std::string& device, const Stage&) {
  return Failure{Outcome::unsupported, "build", "there is no canary for " + device, 0};
}

std::variant<KernelMeasurement, Failure> Backend::compile(const KernelRequest& request,
                                                          const Stage&) {
  return Failure{Outcome::unsupported, "build", request.kernel + " is not compiled ahead", 0};
}

int serve(int fd, Backend& backend) { return Server(fd, backend).run(); }

int serve(int fd, const BackendFactory& make) { return Server(fd, make).run(); }

}  // namespace paretune::harness
