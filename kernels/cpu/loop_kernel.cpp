// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/loop_kernel.h"

#include <fmt/core.h>

#include "devices/errors.h"

namespace paretune::kernels {
namespace {

struct LoopPacked : Packed {
  model::QuantParams input, residual, output;
  std::size_t bytes() const override { return 0; }
};

class LoopExecutable : public Executable {
 public:
  explicit LoopExecutable(Loop loop) : loop_(std::move(loop)) {}

  std::unique_ptr<Packed> pack(const Constants& constants) override {
    auto packed = std::make_unique<LoopPacked>();
    packed->input = constants.input;
    packed->residual = constants.residual;
    packed->output = constants.output;
    return packed;
  }
  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* /*workspace*/) override {
    const auto& params = static_cast<const LoopPacked&>(packed);
    loop_({inputs, output.host(), params.input, params.residual, params.output});
  }
  std::string numerics() const override { return "direct"; }

 private:
  Loop loop_;
};

class LoopKernel : public Kernel {
 public:
  LoopKernel(std::string_view name, Loop (*make)(const model::Workload&))
      : name_(name), make_(make) {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return "cpu"; }
  std::string version() const override { return "1"; }
  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    if (device.kind != "cpu" || !make_(workload)) return std::nullopt;
    return search::Space();
  }
  model::Knobs default_knobs(const model::Workload& /*workload*/,
                             const devices::DeviceInfo& /*device*/) const override {
    return {};
  }
  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& /*knobs*/,
                                    devices::Device& /*device*/) const override {
    auto loop = make_(workload);
    if (!loop)
      throw devices::DeviceError(fmt::format("{} cannot take '{}'", name_, workload.key()));
    return std::make_unique<LoopExecutable>(std::move(loop));
  }

 private:
  std::string_view name_;
  Loop (*make_)(const model::Workload&);
};

}  // namespace

std::unique_ptr<Kernel> loop_kernel(std::string_view name, Loop (*make)(const model::Workload&)) {
  return std::make_unique<LoopKernel>(name, make);
}

}  // namespace paretune::kernels
