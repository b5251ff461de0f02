// SPDX-License-Identifier: Apache-2.0
#include "harness/prepared_kernel.h"

#include <fmt/core.h>

#include <chrono>

#include "model/errors.h"

namespace paretune::harness {
namespace {

constexpr std::uint64_t kVerifySeed = 7;

/// Device an end of the workload lies on: converts name it in their ports, layers stay on `device`.
std::string end_device(const model::Workload& workload, const char* tag,
                       const std::string& device) {
  const std::string port = workload.tag(tag);
  return port.empty() ? device : model::Port::parse(port).device;
}

void check_setting(const kernels::Kernel& kernel, const model::Workload& workload,
                   const model::Knobs& knobs, const devices::DeviceInfo& device) {
  const auto space = kernel.space(workload, device);
  if (!space) {
    throw model::UnsupportedModel(fmt::format("{} cannot take {}", kernel.name(), workload.key()));
  }
  const auto point = space->point_of(knobs);
  if (!point || !space->valid(*point)) {
    throw model::UnsupportedModel(
        fmt::format("{} has no setting '{}'", kernel.name(), model::to_text(knobs)));
  }
}

}  // namespace

PreparedKernel::PreparedKernel(const kernels::Kernel& kernel, const model::Workload& workload,
                               const model::Knobs& knobs, const std::string& device,
                               runtime::DeviceSet& devices)
    : workload_(workload),
      device_(devices.get(device)),
      target_(devices.get(end_device(workload, "to", device))) {
  check_setting(kernel, workload, knobs, device_.info());
  const auto data = kernels::make_case(workload, kVerifySeed);
  expected_ = kernels::reference_run(workload, data->constants, data->inputs);
  const auto start = std::chrono::steady_clock::now();
  executable_ = kernel.build(workload, knobs, device_);
  bind(*data, device, devices);
  run();
  compile_seconds_ =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void PreparedKernel::bind(const kernels::TestCase& data, const std::string& device,
                          runtime::DeviceSet& devices) {
  devices::Device& source = devices.get(end_device(workload_, "from", device));
  for (const model::Tensor& input : data.inputs) {
    inputs_.push_back(source.allocate(input.bytes().size()));
    source.upload(*inputs_.back(), input.bytes());
    pointers_.push_back(inputs_.back().get());
  }
  output_ = target_.allocate(expected_.output.bytes().size());
  packed_ = executable_->pack(data.constants);
  const std::size_t scratch = executable_->workspace_bytes();
  if (scratch > 0) workspace_ = device_.allocate(scratch);
}

void PreparedKernel::run() {
  executable_->enqueue(pointers_, *output_, *packed_, workspace_.get());
  device_.wait();
}

std::string PreparedKernel::verify() {
  const std::vector<std::byte> poison(output_->size(), std::byte{0xA5});
  target_.upload(*output_, poison);
  run();
  model::Tensor actual(expected_.output.type(), expected_.output.shape());
  target_.download(actual.bytes(), *output_);
  return kernels::compare(workload_, expected_, actual);
}

}  // namespace paretune::harness
