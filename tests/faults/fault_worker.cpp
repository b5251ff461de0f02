// SPDX-License-Identifier: Apache-2.0
// A worker that misbehaves on request: the kernel request's name says how.
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <thread>

#include "devices/errors.h"
#include "harness/errors.h"
#include "harness/protocol.h"
#include "kernels/reference/reference.h"
#include "model/errors.h"

namespace {

using namespace paretune;

int channel = -1;

void write_channel(const std::string& text) {
  if (::send(channel, text.data(), text.size(), MSG_NOSIGNAL) < 0) std::abort();
}

[[noreturn]] void loop_forever() {
  volatile bool more = true;
  while (more) {
  }
  std::abort();
}

/// A grandchild that outlives its parent unless the group is killed; its pid goes to the file.
void leave_child(const std::string& file) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  std::FILE* out = std::fopen(file.c_str(), "w");
  std::fprintf(out, "%d", child);
  std::fclose(out);
}

/// A tree of 63 processes that would stay for good; every other one in a session of its own, and
/// none ends by SIGTERM.
void fork_bomb() {
  constexpr int kGenerations = 6;
  std::signal(SIGTERM, SIG_IGN);
  for (int generation = 0; generation < kGenerations; ++generation) {
    const pid_t child = ::fork();
    if (child == 0 && generation % 2 == 1) ::setsid();
  }
  for (;;) ::pause();
}

constexpr std::size_t k64Gb = std::size_t{64} << 30;

/// At once, every page of it used.
void allocate() {
  volatile char* bytes = new char[k64Gb];
  for (std::size_t at = 0; at < k64Gb; at += 4096) bytes[at] = 1;
}

/// In pieces, each of which any machine still has.
void gorge() {
  constexpr std::size_t kPiece = std::size_t{1} << 24;
  for (std::size_t all = 0; all < k64Gb; all += kPiece) {
    volatile char* bytes = new char[kPiece];
    for (std::size_t at = 0; at < kPiece; at += 4096) bytes[at] = 1;
  }
}

/// Moves itself into a control group that is then frozen: from there no signal ends it, as if a
/// driver slept in the kernel.
void freeze(const std::string& group) {
  std::FILE* members = std::fopen((group + "/cgroup.procs").c_str(), "w");
  std::fputs("0", members);
  std::fclose(members);
  std::FILE* state = std::fopen((group + "/freezer.state").c_str(), "w");
  std::fputs("FROZEN", state);
  std::fclose(state);
  for (;;) ::pause();
}

/// What a kernel of these faults leaves in the output of a small matrix product, as the product's
/// own comparison sees it: "" or a sentence.
std::string compare_output(const std::string& how, std::uint32_t seed) {
  const auto workload =
      model::Workload::parse("gemm add=0 bias=0 k=16 m=4 n=8 relu=0 in=f32 out=f32 wei=f32");
  const auto data = kernels::make_case(workload, seed);
  const auto expected = kernels::reference_run(workload, data->constants, data->inputs);
  model::Tensor actual = expected.output;
  float* values = reinterpret_cast<float*>(actual.bytes().data());
  float& victim = values[seed % 32];
  if (how == "wrong_bit") {
    // The lower bits of a float are rounding, which no comparison can tell from a fault.
    auto* bits = reinterpret_cast<std::uint32_t*>(&victim);
    *bits ^= std::uint32_t{1} << (18 + seed % 14);
  }
  if (how == "nan") victim = std::numeric_limits<float>::quiet_NaN();
  // What lies there when nobody wrote it: verification fills the output before the run.
  if (how == "not_written") std::memset(values, 0xFF, actual.bytes().size());
  return kernels::compare(workload, expected, actual);
}

void misbehave(const std::string& how, const std::string& argument) {
  if (how == "segv") ::raise(SIGSEGV);
  if (how == "abort") std::abort();
  if (how == "loop") loop_forever();
  if (how == "kill") ::raise(SIGKILL);
  if (how == "allocate") allocate();
  if (how == "gorge") gorge();
  if (how == "fork_bomb") fork_bomb();
  if (how == "freeze") freeze(argument);
  if (how == "allocate_in_thread") {
    // Nothing catches this one: std::terminate, with the exception's name on stderr.
    std::thread([] { throw std::bad_alloc(); }).join();
  }
  if (how == "exit") std::exit(0);
  if (how == "garbage") {
    write_channel("\x01\xff{]not json\n");
    ::pause();
  }
  if (how == "other_json") {
    write_channel("[1,2,3]\n");
    ::pause();
  }
  if (how == "wrong_id") {
    write_channel("{\"reply\":\"result\",\"id\":\"7\",\"value\":{}}\n");
    ::pause();
  }
  if (how == "bad_value") {
    write_channel("{\"reply\":\"stage\",\"stage\":\"build\",\"id\":7}\n");
    ::pause();
  }
  if (how == "flood") {
    const std::string line(4000, 'x');
    for (int i = 0; i < 2000; ++i) std::puts(line.c_str());  // 8 MB, far more than a pipe holds
  }
  if (how == "flood_forever") {
    for (;;) std::puts("and on and on");
  }
  if (how == "stop") ::raise(SIGSTOP);
  if (how == "ignore_term") {
    std::signal(SIGTERM, SIG_IGN);
    loop_forever();
  }
  if (how == "close") {
    ::close(channel);
    ::pause();
  }
  if (how == "orphan") {
    leave_child(argument);
    ::raise(SIGSEGV);
  }
  if (how == "device_error") throw devices::DeviceError("launch: CL_INVALID_EVENT");
  if (how == "device_oom") throw devices::DeviceOutOfMemory("the device has 1 MiB");
  if (how == "compile") throw devices::CompileError("line 3: what is this");
  if (how == "unsupported") throw model::UnsupportedModel("no such kernel");
  if (how == "invalid") throw model::InvalidModel("the model changed under us");
}

class FaultBackend : public harness::Backend {
 public:
  harness::Description describe() override {
    const char* how = std::getenv("PARETUNE_TEST_DESCRIBE");
    if (how != nullptr && std::string(how) == "unsupported") {
      throw model::UnsupportedModel("operators Foo, Bar are not supported");
    }
    if (how != nullptr && std::string(how) == "device") throw devices::DeviceError("no opencl:9");
    if (how != nullptr && std::string(how) == "config") throw harness::ConfigError("no such file");
    if (how != nullptr && std::string(how) == "crash") ::raise(SIGSEGV);
    harness::Description description;
    description.model_hash = "abc";
    return description;
  }
  model::QuantParameters calibrate(const Stage& stage) override {
    stage("calibrate");
    return {{"x", {0.25F, 3}}};
  }
  void set_parameters(const model::QuantParameters& parameters) override {
    parameters_ = parameters;
  }

  std::variant<harness::KernelMeasurement, results::Failure> kernel(
      const harness::KernelRequest& request, const Stage& stage) override {
    stage("latency");
    misbehave(request.kernel, request.workload);
    harness::KernelMeasurement measurement;
    measurement.wall_ns = {1, 2, 3};
    if (const auto number = request.knobs.find("number"); number != request.knobs.end()) {
      const auto seed = static_cast<std::uint32_t>(number->second);
      const std::string wrong = compare_output(request.kernel, seed);
      if (!wrong.empty()) return results::Failure{results::Outcome::wrong, "verify", wrong, 0};
      measurement.wall_ns.assign(3, 1000 + number->second);
    }
    // So that a test sees whether the parameters reached this very worker.
    measurement.compile_seconds = parameters_.empty() ? 0 : parameters_.begin()->second.scale;
    return measurement;
  }

  std::variant<harness::KernelMeasurement, results::Failure> compile(
      const harness::KernelRequest& request, const Stage& stage) override {
    stage("build");
    if (request.kernel == "dies_ahead") ::raise(SIGSEGV);
    return harness::KernelMeasurement{{}, {}, 0.5};
  }

  std::variant<harness::KernelMeasurement, results::Failure> canary(const std::string& device,
                                                                    const Stage& stage) override {
    stage("latency");
    if (device == "opencl:9") throw devices::DeviceError("lost");
    return harness::KernelMeasurement{{5, 6}, {3, 4}, 0};
  }

  std::variant<results::Measurement, results::Failure> evaluate(
      const harness::EvaluateRequest& request, const Stage& stage) override {
    stage("verify");
    if (request.split == "wrong") {
      return results::Failure{results::Outcome::wrong, "verify", "differs by 3", 0};
    }
    results::Measurement measurement;
    measurement.numerics = request.candidate.json();
    measurement.metrics = {{"accuracy", 0.5, 0.4, 0.6, 10}};
    return measurement;
  }

 private:
  model::QuantParameters parameters_;
};

}  // namespace

int main(int argc, char** argv) {
  // Run as "fault_worker [dies] --fd N".
  if (argc > 1 && std::strcmp(argv[1], "dies") == 0) {
    std::fputs("cannot find libfoo.so\n", stderr);
    return 3;
  }
  channel = std::atoi(argv[argc - 1]);
  std::signal(SIGSEGV, SIG_DFL);  // AddressSanitizer would make an exit code of it
  FaultBackend backend;
  return harness::serve(channel, backend);
}
