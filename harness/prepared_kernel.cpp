// SPDX-License-Identifier: Apache-2.0
#include "harness/prepared_kernel.h"

#include <fmt/core.h>

#include <chrono>
#include <utility>

#include "model/errors.h"

namespace paretune::harness {
namespace {

constexpr std::byte kNotANumber{0xFF};  ///< all bytes of a float

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
                               runtime::DeviceSet& devices, std::shared_ptr<const KernelCase> on)
    : workload_(workload),
      device_(devices.get(device)),
      source_(devices.get(end_device(workload, "from", device))),
      target_(devices.get(end_device(workload, "to", device))) {
  check_setting(kernel, workload, knobs, device_.info());
  case_ = on == nullptr ? make_kernel_case(workload) : std::move(on);
  const auto start = std::chrono::steady_clock::now();
  executable_ = kernel.build(workload, knobs, device_);
  bind();
  run();
  compile_seconds_ =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void PreparedKernel::bind() {
  for (const model::Tensor& input : case_->inputs.front()) {
    inputs_.push_back(source_.allocate(input.bytes().size()));
    pointers_.push_back(inputs_.back().get());
  }
  upload(case_->inputs.front());
  output_ = target_.allocate(case_->expected.front().output.bytes().size());
  packed_ = executable_->pack(case_->data->constants);
  const std::size_t scratch = executable_->workspace_bytes();
  if (scratch > 0) workspace_ = device_.allocate(scratch);
}

void PreparedKernel::upload(const std::vector<model::Tensor>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) source_.upload(*inputs_[i], inputs[i].bytes());
}

void PreparedKernel::run() {
  executable_->enqueue(pointers_, *output_, *packed_, workspace_.get());
  device_.wait();
}

std::string PreparedKernel::verify_on(std::size_t input) {
  const kernels::ReferenceResult& expected = case_->expected[input];
  // NaN where the type has one; of bytes no value is impossible, but none is right for both inputs.
  const bool bytes = expected.output.type() == model::ElementType::u8;
  const std::byte pattern = !bytes ? kNotANumber : input == 0 ? std::byte{0xA5} : std::byte{0x5A};
  const auto poison = [pattern](devices::Device& device, devices::Buffer& buffer) {
    device.upload(buffer, std::vector<std::byte>(buffer.size(), pattern));
  };
  upload(case_->inputs[input]);
  poison(target_, *output_);
  if (workspace_) poison(device_, *workspace_);
  run();
  model::Tensor actual(expected.output.type(), expected.output.shape());
  target_.download(actual.bytes(), *output_);
  return kernels::compare(workload_, expected, actual);
}

std::string PreparedKernel::verify() {
  std::string wrong;
  for (std::size_t input = 0; input < case_->inputs.size() && wrong.empty(); ++input) {
    wrong = verify_on(input);
    if (!wrong.empty() && input > 0) wrong = "on adversarial input: " + wrong;
  }
  upload(case_->inputs.front());
  if (!wrong.empty()) return wrong;
  bool intact = output_->intact() && (!workspace_ || workspace_->intact());
  for (const auto& buffer : inputs_) intact = intact && buffer->intact();
  return intact ? "" : "the kernel wrote outside its buffers";
}

}  // namespace paretune::harness
