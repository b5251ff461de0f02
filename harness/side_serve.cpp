// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/errors.h"
#include "harness/protocol.h"
#include "harness/run.h"
#include "harness/side.h"
#include "harness/stopwatch.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class SideServer {
 public:
  Json answer(const std::string& kind, const Json& value) {
    if (kind == "open") return open(value);
    if (!run_) throw ConfigError("a side was sent work before its target");
    if (kind == "sample") return sample(value.value("runs", 1));
    if (kind == "inputs") {
      write_tensors(run_->inputs(), "input", value.at("folder").get<std::string>());
    } else if (kind == "outputs") {
      run_->run();
      write_tensors(run_->outputs(), "output", value.at("folder").get<std::string>());
    } else {
      throw ConfigError("a side does not know the request '" + kind + "'");
    }
    return Json::object();
  }

 private:
  Json open(const Json& target) {
    RunOptions options;
    const fs::path path = target.at("path").get<std::string>();
    (target.at("package").get<bool>() ? options.package : options.model_file) = path;
    target.at("scheme").get_to(options.scheme);
    target.at("device").get_to(options.device);
    target.at("threads").get_to(options.threads);
    target.at("dims").get_to(options.dims);
    const auto inputs = target.at("inputs").get<std::string>();
    run_ = std::make_unique<PreparedRun>(
        options, inputs.empty() ? std::vector<model::Tensor>() : read_inputs(inputs));
    return {{"runtime", "paretune"},
            {"version", PARETUNE_VERSION},
            {"threads", run_->threads()},
            {"what", fmt::format("{} thread{}", run_->threads(), run_->threads() == 1 ? "" : "s")}};
  }

  Json sample(int runs) {
    Json wall = Json::array(), cpu = Json::array();
    for (int i = 0; i < runs; ++i) {
      run_->run();
      const Stopwatch watch;
      run_->run();
      wall.push_back(watch.wall_ns());
      cpu.push_back(watch.cpu_ns());
    }
    return {{"wall_ns", std::move(wall)}, {"cpu_ns", std::move(cpu)}};
  }

  std::unique_ptr<PreparedRun> run_;
};

void send(std::FILE* channel, const Json& message) {
  std::fputs((message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n").c_str(),
             channel);
  std::fflush(channel);
}

/// nullopt at end of file.
std::optional<std::string> read_line(std::FILE* channel) {
  char* text = nullptr;
  std::size_t capacity = 0;
  const ssize_t length = ::getline(&text, &capacity, channel);
  std::optional<std::string> line;
  if (length >= 0) line.emplace(text, static_cast<std::size_t>(length));
  std::free(text);
  return line;
}

}  // namespace

int serve_side(int fd) {
  std::FILE* in = ::fdopen(fd, "r");
  std::FILE* out = ::fdopen(::dup(fd), "w");
  if (in == nullptr || out == nullptr) return 1;
  send(out, {{"reply", "hello"}, {"version", kProtocolVersion}});
  SideServer server;
  while (const auto line = read_line(in)) {
    const Json request = Json::parse(*line, nullptr, false);
    if (!request.is_object() || !request.contains("request")) return 1;
    if (request.at("request") == "bye") return 0;
    Json reply = {{"id", request.value("id", std::int64_t{0})}};
    try {
      reply["value"] = server.answer(request.at("request"), request.value("value", Json::object()));
      reply["reply"] = "result";
    } catch (const std::exception& error) {
      reply.update({{"reply", "error"}, {"message", error.what()}});
    }
    send(out, reply);
  }
  return 0;
}

}  // namespace paretune::harness
