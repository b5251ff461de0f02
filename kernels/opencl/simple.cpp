// SPDX-License-Identifier: Apache-2.0
#include "kernels/opencl/simple.h"

#include <fmt/core.h>

#include <cassert>
#include <limits>
#include <string>

#include "devices/errors.h"
#include "devices/opencl/opencl_error.h"
#include "kernels/conv_shape.h"
#include "kernels/opencl/program.h"
#include "kernels/opencl/sources.h"

namespace paretune::kernels {
namespace {

constexpr int host_revision = 1;  // counts changes of the launch that change meaning or speed
constexpr std::int64_t work_group = 64;

const char* source_of(const std::string& family) {
  return family.ends_with("pool") ? opencl_sources::pool : opencl_sources::pointwise;
}

struct SimplePacked : public Packed {
  explicit SimplePacked(const Constants& constants) : quantization(constants) {}
  std::size_t bytes() const override { return 0; }
  Quantization quantization;
};

class SimpleExecutable : public Executable {
 public:
  SimpleExecutable(const model::Workload& workload, devices::OpenclDevice& device)
      : SimpleExecutable(source_of(workload.family), simple_form(workload), device) {}
  SimpleExecutable(const char* source, const SimpleForm& form, devices::OpenclDevice& device)
      : inputs_(static_cast<std::size_t>(form.inputs)),
        device_(device),
        kernel_(build_kernel(device, source, form.entry, form.definitions)) {
    const auto local = std::min<std::int64_t>(work_group, device.info().max_work_group);
    local_ = cl::NDRange(static_cast<std::size_t>(local));
    global_ = cl::NDRange(static_cast<std::size_t>((form.items + local - 1) / local * local));
  }

  std::unique_ptr<Packed> pack(const Constants& constants) override {
    return std::make_unique<SimplePacked>(constants);
  }

  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* /*workspace*/) override {
    assert(inputs.size() == inputs_);
    const auto& own = static_cast<const SimplePacked&>(packed);
    devices::opencl_checked("opencl element-wise kernel", [&] {
      kernel_.setArg(0, handle(*inputs.front()));
      kernel_.setArg(1, handle(*inputs.back()));
      kernel_.setArg(2, handle(output));
      own.quantization.set(kernel_, 3);
      device_.queue().enqueueNDRangeKernel(kernel_, cl::NullRange, global_, local_);
    });
  }

  std::string numerics() const override { return "direct"; }

 private:
  std::size_t inputs_;
  devices::OpenclDevice& device_;
  cl::Kernel kernel_;
  cl::NDRange global_, local_;
};

/// A convert within `device` that keeps the layout.
bool stays_on(const model::Workload& workload, const devices::DeviceInfo& device) {
  const auto from = model::Port::parse(workload.tag("from"));
  const auto to = model::Port::parse(workload.tag("to"));
  return from.device == device.id && to.device == device.id && from.layout == to.layout;
}

class SimpleKernel : public Kernel {
 public:
  explicit SimpleKernel(std::string family)
      : family_(std::move(family)), name_("opencl." + family_) {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return "opencl"; }
  std::string version() const override { return source_version(source_of(family_), host_revision); }

  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    if (workload.family != family_ || device.kind != device_kind()) return std::nullopt;
    if (!supported_type(input_type(workload)) || !supported_type(output_type(workload))) return {};
    if (family_ == "convert" && !stays_on(workload, device)) return std::nullopt;
    const auto form = simple_form(workload);
    constexpr std::int64_t limit = std::numeric_limits<std::int32_t>::max() - work_group;
    if (form.items > limit || form.read > limit) return std::nullopt;  // indices are int
    return search::Space();
  }

  model::Knobs default_knobs(const model::Workload& /*workload*/,
                             const devices::DeviceInfo& /*device*/) const override {
    return {};
  }

  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& /*knobs*/,
                                    devices::Device& device) const override {
    auto& opencl = opencl_device(device);
    if (!space(workload, device.info())) {
      throw devices::DeviceError(fmt::format("{} cannot take {}", name_, workload.key()));
    }
    return std::make_unique<SimpleExecutable>(workload, opencl);
  }

 private:
  std::string family_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Kernel> opencl_max_pool() { return std::make_unique<SimpleKernel>("max_pool"); }
std::unique_ptr<Kernel> opencl_global_average_pool() {
  return std::make_unique<SimpleKernel>("global_average_pool");
}
std::unique_ptr<Kernel> opencl_add() { return std::make_unique<SimpleKernel>("add"); }
std::unique_ptr<Kernel> opencl_relu() { return std::make_unique<SimpleKernel>("relu"); }
std::unique_ptr<Kernel> opencl_convert() { return std::make_unique<SimpleKernel>("convert"); }

}  // namespace paretune::kernels
