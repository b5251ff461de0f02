// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/simple.h"

#include <fmt/core.h>

#include <cassert>

#include "devices/errors.h"
#include "kernels/cuda/sources.h"

namespace paretune::kernels {
namespace {

constexpr int host_revision = 1;  // counts changes of the launch that change meaning or speed

const char* text_of(const std::string& family) {
  return family.ends_with("pool") ? cuda_sources::pool : cuda_sources::pointwise;
}

struct SimplePacked : public Packed {
  explicit SimplePacked(const Constants& constants) : arguments(cuda_arguments(constants)) {}
  std::size_t bytes() const override { return 0; }
  CudaArguments arguments;
};

class SimpleExecutable : public Executable {
 public:
  SimpleExecutable(const CudaProgram& program, devices::CudaDevice& device)
      : device_(device),
        grid_(program.grid),
        module_(device.build(program.source, program.options)),
        function_(module_->function(program.entry)) {}

  std::unique_ptr<Packed> pack(const Constants& constants) override {
    return std::make_unique<SimplePacked>(constants);
  }

  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* /*workspace*/) override {
    assert(!inputs.empty());
    if (grid_.blocks[0] == 0) return;  // nothing to compute
    auto arguments = static_cast<const SimplePacked&>(packed).arguments;
    arguments.x = cuda_address(*inputs.front());
    arguments.residual = cuda_address(*inputs.back());
    arguments.y = cuda_address(output);
    device_.launch(function_, grid_, &arguments);
  }

  std::string numerics() const override { return "direct"; }

 private:
  devices::CudaDevice& device_;
  devices::CudaGrid grid_;
  std::unique_ptr<devices::CudaModule> module_;
  CUfunction function_;
};

/// A convert within `device`; the layout changes only for images.
bool stays_on(const model::Workload& workload, const devices::DeviceInfo& device) {
  const auto from = model::Port::parse(workload.tag("from"));
  const auto to = model::Port::parse(workload.tag("to"));
  return from.device == device.id && to.device == device.id &&
         (from.layout == to.layout || workload.dims.count("n") != 0);
}

class SimpleKernel : public Kernel {
 public:
  explicit SimpleKernel(std::string family)
      : family_(std::move(family)), name_("cuda." + family_) {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return "cuda"; }
  std::string version() const override { return cuda_version({text_of(family_)}, host_revision); }

  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    if (workload.family != family_ || device.kind != device_kind()) return std::nullopt;
    if (!supported_type(input_type(workload)) || !supported_type(output_type(workload))) return {};
    if (family_ == "convert" && !stays_on(workload, device)) return std::nullopt;
    const auto form = simple_form(workload);
    if (form.items > cuda_most_items || form.read > cuda_most_items) return std::nullopt;
    return search::Space();
  }

  model::Knobs default_knobs(const model::Workload& /*workload*/,
                             const devices::DeviceInfo& /*device*/) const override {
    return {};
  }

  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& /*knobs*/,
                                    devices::Device& device) const override {
    auto& cuda = cuda_device(device);
    if (!space(workload, device.info())) {
      throw devices::DeviceError(fmt::format("{} cannot take {}", name_, workload.key()));
    }
    return std::make_unique<SimpleExecutable>(cuda_simple_program(workload), cuda);
  }

 private:
  std::string family_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Kernel> cuda_simple(const std::string& family) {
  return std::make_unique<SimpleKernel>(family);
}

CudaProgram cuda_simple_program(const model::Workload& workload) {
  const auto form = simple_form(workload);
  auto program = cuda_program({text_of(workload.family)}, form.entry, form.definitions);
  program.grid = cuda_grid(form.items);
  return program;
}

}  // namespace paretune::kernels
