// SPDX-License-Identifier: Apache-2.0
// What do our CUDA kernels reach on this machine's GPU, and how do they compare with cuBLASLt on
// the same products? Hot caches, the device's own clock, both sides interleaved. `--json` prints
// one line per figure; without a GPU there is none and a sentence on stderr.
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "devices/device.h"
#include "devices/errors.h"
#include "kernels/conv_shape.h"
#include "kernels/reference/reference.h"
#include "tests/kernels/cases.h"

namespace {

using namespace paretune;
using model::Workload;

constexpr int runs = 20;                 ///< per sample: one sample is longer than the clock's step
constexpr double most_verified = 2.5e9;  ///< operations the host's reference computes in seconds

/// A built kernel with its data in place.
class Subject {
 public:
  Subject(const kernels::Kernel& kernel, const Workload& workload, model::Knobs knobs,
          const kernels::TestCase& test_case, devices::Device& device)
      : device_(device),
        knobs_(std::move(knobs)),
        executable_(kernel.build(workload, knobs_, device)),
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

  /// Seconds per run.
  double measure() {
    const auto begin = device_.clock();
    for (int i = 0; i < runs; ++i) {
      executable_->enqueue(inputs_, *output_, *packed_, workspace_.get());
    }
    return std::chrono::duration<double>(device_.clock() - begin).count() / runs;
  }
  const model::Knobs& knobs() const { return knobs_; }

 private:
  devices::Device& device_;
  model::Knobs knobs_;
  std::unique_ptr<kernels::Executable> executable_;
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

/// The fastest of the default and some random settings; null when none can be built.
std::unique_ptr<Subject> best(const kernels::Kernel& kernel, const Workload& workload,
                              const kernels::TestCase& test_case, devices::Device& device) {
  constexpr std::size_t tried = 12;  // each compiles for up to a second
  const auto space = kernel.space(workload, device.info()).value();
  std::vector<model::Knobs> settings = {kernel.default_knobs(workload, device.info())};
  std::mt19937_64 random(1);
  for (int attempt = 0; attempt < 100000 && settings.size() < tried; ++attempt) {
    const auto point = space.at(random() % space.cardinality());
    if (!space.valid(point)) continue;
    const auto knobs = space.values(point);
    if (std::find(settings.begin(), settings.end(), knobs) == settings.end()) {
      settings.push_back(knobs);
    }
  }
  std::unique_ptr<Subject> fastest;
  double least = 0;
  for (const auto& knobs : settings) {
    try {
      auto subject = std::make_unique<Subject>(kernel, workload, knobs, test_case, device);
      subject->measure();
      const double time = std::min(subject->measure(), subject->measure());
      if (fastest && time >= least) continue;
      fastest = std::move(subject);
      least = time;
    } catch (const devices::DeviceError& error) {
      fmt::print(stderr, "{} [{}]: {}\n", kernel.name(), model::to_text(knobs), error.what());
    }
  }
  return fastest;
}

void print(const nlohmann::ordered_json& line, bool json) {
  if (json) {
    fmt::print("{}\n", line.dump());
  } else {
    fmt::print("{:44} {:10.1f} {:16} {}\n", line["figure"].get<std::string>(),
               line["value"].get<double>(), line["unit"].get<std::string>(),
               line["context"].get<std::string>());
  }
}

/// GFLOP/s of every kernel that takes the workload.
void compare(const std::string& name, const Workload& workload, devices::Device& device,
             bool json) {
  constexpr int rounds = 50;
  const auto test_case = kernels::make_case(workload, 1);
  std::vector<std::pair<std::string, std::unique_ptr<Subject>>> subjects;
  for (const auto* kernel : kernels::kernels_for(workload, device.info())) {
    auto subject = best(*kernel, workload, *test_case, device);
    if (!subject) continue;
    if (workload.flops() < most_verified) {
      const auto wrong = kernels::verify(*kernel, workload, subject->knobs(), device, 2);
      if (!wrong.empty()) throw std::runtime_error(name + ": " + wrong);
    }
    subjects.emplace_back(kernel->name(), std::move(subject));
  }
  std::vector<std::vector<double>> seconds(subjects.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      const auto at = (i + static_cast<std::size_t>(round)) % subjects.size();
      seconds[at].push_back(subjects[at].second->measure());
    }
  }
  constexpr double giga = 1e9, micro = 1e6;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const double time = median(seconds[i]);
    print(
        {{"figure", name + "_" + subjects[i].first},
         {"value", workload.flops() / time / giga},
         {"unit", "GFLOP/s"},
         {"goal", nullptr},
         {"met", nullptr},
         {"n", rounds},
         {"context", fmt::format("{:.1f} us; {}; {}", time * micro,
                                 model::to_text(subjects[i].second->knobs()), device.info().name)}},
        json);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
  std::unique_ptr<devices::Device> device;
  try {
    device = devices::open("cuda:0");
  } catch (const devices::DeviceError& error) {
    fmt::print(stderr, "nothing to measure: {}\n", error.what());
    return 0;
  }
  const kernels::cases::Types f16{"f32", "f16", "f32"};
  for (const auto& types : {kernels::cases::f32, f16, kernels::cases::int8_to_f32}) {
    for (const std::int64_t size : {256, 1024, 4096}) {
      compare(fmt::format("gemm{}_{}", size, types.wei),
              kernels::cases::gemm(size, size, size, 1, 0, 1, types), *device, json);
    }
    auto layer = kernels::cases::square(128, 28, 128, 3, 1, 1, 1, 1);  // of ResNet-18
    for (const std::int64_t batch : {1, 32}) {
      layer.n = batch;
      compare(fmt::format("conv128x28_batch{}_{}", batch, types.wei),
              kernels::cases::conv(layer, types), *device, json);
    }
  }
  return 0;
}
