// SPDX-License-Identifier: Apache-2.0
// How do the own blocked convolutions compare with oneDNN's on each distinct convolution of
// ResNet-8? One thread, hot caches, both sides interleaved in one process. `--json` prints one line
// per figure.
#include <fmt/core.h>
#include <omp.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "devices/device.h"
#include "kernels/conv_shape.h"
#include "kernels/reference/reference.h"
#include "tests/kernels/cases.h"

namespace {

using namespace paretune;
using kernels::Executable;
using model::Workload;

constexpr double goal = 1.0;  ///< own time at most oneDNN's

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Sample {
  double cpu = 0, wall = 0;  ///< seconds per run
};

/// A built kernel with its data in place.
class Subject {
 public:
  Subject(const kernels::Kernel& kernel, const Workload& workload, const model::Knobs& knobs,
          const kernels::TestCase& test_case, devices::Device& device)
      : executable_(kernel.build(workload, knobs, device)),
        packed_(executable_->pack(test_case.constants)),
        workspace_(device.allocate(executable_->workspace_bytes())) {
    for (const auto& input : test_case.inputs) {
      buffers_.push_back(device.allocate(input.bytes().size()));
      device.upload(*buffers_.back(), input.bytes());
      inputs_.push_back(buffers_.back().get());
    }
    const model::Tensor shape(kernels::output_type(workload), kernels::output_shape(workload));
    output_ = device.allocate(shape.bytes().size());
  }

  Sample measure(int runs) {
    const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
    for (int i = 0; i < runs; ++i) {
      executable_->enqueue(inputs_, *output_, *packed_, workspace_.get());
    }
    return {(seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / runs,
            (seconds(CLOCK_MONOTONIC) - wall) / runs};
  }

 private:
  std::unique_ptr<Executable> executable_;
  std::unique_ptr<kernels::Packed> packed_;
  std::unique_ptr<devices::Buffer> workspace_, output_;
  std::vector<std::unique_ptr<devices::Buffer>> buffers_;
  std::vector<devices::Buffer*> inputs_;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The defaults and some random one-thread settings.
std::vector<model::Knobs> settings(const kernels::Kernel& kernel, const Workload& workload,
                                   const devices::DeviceInfo& device, std::size_t count) {
  std::vector<model::Knobs> list = {kernel.default_knobs(workload, device)};
  const auto space = kernel.space(workload, device).value();
  std::mt19937_64 random(1);
  for (int attempt = 0; attempt < 100000 && list.size() < count; ++attempt) {
    search::Point point;
    for (const auto& axis : space.parameters()) {
      point.push_back(static_cast<std::uint32_t>(random() % axis.values.size()));
    }
    if (!space.valid(point)) continue;
    const auto knobs = space.values(point);
    const bool known = std::find(list.begin(), list.end(), knobs) != list.end();
    if (knobs.at("threads") == 1 && !known) list.push_back(knobs);
  }
  return list;
}

model::Knobs best_knobs(const kernels::Kernel& kernel, const Workload& workload,
                        const kernels::TestCase& test_case, devices::Device& device) {
  constexpr std::size_t tried = 60;
  constexpr int runs = 20, repeats = 5;
  model::Knobs best;
  double least = 0;
  for (const auto& knobs : settings(kernel, workload, device.info(), tried)) {
    Subject subject(kernel, workload, knobs, test_case, device);
    subject.measure(2);
    double time = subject.measure(runs).cpu;
    for (int i = 1; i < repeats; ++i) time = std::min(time, subject.measure(runs).cpu);
    if (!best.empty() && time >= least) continue;
    best = knobs;
    least = time;
  }
  return best;
}

struct Comparison {
  std::string name;
  model::Knobs knobs;
  std::vector<double> own_cpu, own_wall, peer_cpu, peer_wall;  ///< microseconds
};

Comparison compare(const std::string& name, const Workload& workload, devices::Device& device) {
  constexpr int rounds = 200, runs = 20;
  const auto& own = *kernels::find_kernel("cpu.conv_blocked");
  const auto& peer = *kernels::find_kernel("cpu.conv_onednn");
  const auto test_case = kernels::make_case(workload, 1);
  Comparison result{name, best_knobs(own, workload, *test_case, device), {}, {}, {}, {}};
  const auto wrong = kernels::verify(own, workload, result.knobs, device, 2);
  if (!wrong.empty()) throw std::runtime_error(name + ": " + wrong);
  Subject a(own, workload, result.knobs, *test_case, device);
  Subject b(peer, workload, {}, *test_case, device);
  for (int i = 0; i < rounds; ++i) {
    // Who goes first alternates.
    Sample x, y;
    if (i % 2 == 0) x = a.measure(runs);
    y = b.measure(runs);
    if (i % 2 != 0) x = a.measure(runs);
    result.own_cpu.push_back(x.cpu * 1e6);
    result.own_wall.push_back(x.wall * 1e6);
    result.peer_cpu.push_back(y.cpu * 1e6);
    result.peer_wall.push_back(y.wall * 1e6);
  }
  return result;
}

void print(const Comparison& at, const std::string& clock, const std::vector<double>& own,
           const std::vector<double>& peer, const devices::DeviceInfo& device, bool json) {
  const double ratio = median(peer) / median(own);
  const auto context =
      fmt::format("{}; own {:.2f} us with {}; oneDNN {:.2f} us; one thread; {}", clock, median(own),
                  model::to_text(at.knobs), median(peer), device.name);
  if (!json) {
    fmt::print("{:28} {:>5} {:6.2f}x  {}\n", at.name, clock, ratio, context);
    return;
  }
  const nlohmann::ordered_json line = {{"figure", at.name + "_" + clock},
                                       {"value", ratio},
                                       {"unit", "onednn_time/own_time"},
                                       {"goal", goal},
                                       {"met", ratio >= goal},
                                       {"n", own.size()},
                                       {"context", context}};
  fmt::print("{}\n", line.dump());
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
  omp_set_num_threads(1);  // oneDNN would take all cores
  const auto device = devices::open("cpu");
  for (const auto& types : {kernels::cases::f32, kernels::cases::int8_to_u8}) {
    int index = 0;
    for (const auto& at : kernels::cases::resnet8_convs()) {
      const auto name = fmt::format("resnet8_conv{}_{}", index++, types.wei);
      const auto workload = kernels::cases::conv(at, types);
      if (!kernels::find_kernel("cpu.conv_blocked")->space(workload, device->info())) continue;
      const auto result = compare(name, workload, *device);
      print(result, "cpu", result.own_cpu, result.peer_cpu, device->info(), json);
      print(result, "wall", result.own_wall, result.peer_wall, device->info(), json);
    }
  }
  return 0;
}
